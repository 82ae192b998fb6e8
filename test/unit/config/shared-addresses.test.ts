import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/config/load.ts'

function accepted(trunk: Record<string, unknown>, pbxServer: string): boolean {
  const config = {
    trunks: [{ name: 'lines', ...trunk }],
    pbxs: [{ name: 'main', server: pbxServer, domain: 'office.example' }],
  }
  try {
    parseConfig(JSON.stringify(config), 'causeway.yaml', '.')
    return true
  } catch (error) {
    expect(String(error)).toContain('is the address of the PBX main too')
    return false
  }
}

describe('a trunk and a PBX', () => {
  it.each([
    ['at one address', { server: '192.0.2.30' }, '192.0.2.30:5060', false],
    ['at two ports of it: a PBX calls from any', { server: '192.0.2.30:5070' }, '192.0.2.30', false],
    ['at one name', { server: 'PBX.example' }, 'pbx.example', false],
    [
      'when the trunk is reached by way of the PBX',
      { server: 'a.example', outboundProxy: '192.0.2.30' },
      '192.0.2.30',
      false,
    ],
    [
      'when calls of the trunk come from there',
      { server: 'a.example', acceptFrom: ['192.0.2.30'] },
      '192.0.2.30',
      false,
    ],
    [
      'when they come from elsewhere',
      { server: '192.0.2.30', acceptFrom: ['192.0.2.31'] },
      '192.0.2.30',
      true,
    ],
    ['at two addresses', { server: '192.0.2.20' }, '192.0.2.30', true],
    ['at two ports of loopback', { server: '127.0.0.1:5070' }, '127.0.0.1:5080', true],
    ['at one port of loopback', { server: '127.0.0.1' }, '127.0.0.1:5060', false],
  ])('%s', (_what, trunk, pbx, expected) => {
    expect(accepted(trunk, pbx)).toBe(expected)
  })
})
