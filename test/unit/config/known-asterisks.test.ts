import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/config/load.ts'

const asterisk = '{ name: pstn, username: causeway, secret: x }'

function read(text: string): unknown {
  try {
    return parseConfig(text, 'causeway.yaml', '/nowhere', {})
  } catch (error) {
    return String(error)
  }
}

describe('a trunk or PBX that is an Asterisk', () => {
  it('names one of those that are configured', () => {
    const trunk = '{ name: lines, server: 192.0.2.30, asterisk: pstn, line: PJSIP/provider }'
    expect(read(`asterisks: [${asterisk}]\ntrunks: [${trunk}]`)).toMatchObject({
      trunks: [{ asterisk: 'pstn', line: 'PJSIP/provider' }],
    })
  })

  it.each([
    ['trunks: [{ name: a, server: 192.0.2.30, asterisk: pstm }]', 'trunks[0].asterisk'],
    ['pbxs: [{ name: a, server: 192.0.2.30, domain: a.example, asterisk: pstm }]', 'pbxs[0].asterisk'],
  ])('is refused with its place when it names none: %s', (entry, place) => {
    const said = read(`asterisks: [${asterisk}]\n${entry}`)
    expect(said).toContain(`causeway.yaml:2: ${place}: "asterisks" has no "pstm", but pstn`)
  })

  it('is refused when it names a line and no Asterisk', () => {
    const said = read(`trunks: [{ name: a, server: 192.0.2.30, line: PJSIP/provider }]`)
    expect(said).toContain('trunks[0].line: is a line of an Asterisk')
  })

  it.each(['way: mirror', 'phoneGroups: [{ name: sales, users: [2XX], way: mirror }]'])(
    'is refused when phones are known from it and it is not named: %s',
    (way) => {
      const said = read(`pbxs: [{ name: a, server: 192.0.2.30, domain: a.example, ${way} }]`)
      expect(said).toContain('pbxs[0].asterisk: phones by way of "mirror" are known from an Asterisk')
    },
  )

  it('is not one of two of the same name', () => {
    expect(read(`asterisks: [${asterisk}, ${asterisk}]`)).toContain('two Asterisks have the same name')
  })
})
