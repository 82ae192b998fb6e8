import { describe, expect, it } from 'vitest'
import { configSchema } from '../../../src/config/schema.ts'

const overlays = [{ domain: 'town.example' }]
const tls = { certFile: 'box.pem', keyFile: 'box.key' }
const capture = { homer: '192.0.2.9:9060' }

function problems(config: Record<string, unknown>): string[] {
  const { error } = configSchema.safeParse(config)
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`)
}

describe('a config with sip.engine "drachtio"', () => {
  const engine = 'drachtio'

  it('is refused with what only the embedded engine does, and says whose it is', () => {
    expect(problems({ sip: { engine }, overlays })).toEqual([
      expect.stringMatching(/^overlays needs the embedded/),
    ])
    expect(problems({ sip: { engine, tls } })).toEqual([
      expect.stringMatching(/^sip\.tls is for the embedded/),
    ])
    expect(problems({ sip: { engine }, capture })).toEqual([
      expect.stringMatching(/^capture\.homer is for the/),
    ])
  })

  it('may name places for TLS without a certificate: the server has it', () => {
    expect(problems({ sip: { engine, listen: ['sips:192.0.2.10'] } })).toEqual([])
    expect(problems({ sip: { listen: ['sips:192.0.2.10'] } })).toHaveLength(1)
  })

  it('may have overlays when it has no SIP at all', () => {
    expect(problems({ sip: { engine, enabled: false }, overlays })).toEqual([])
  })
})
