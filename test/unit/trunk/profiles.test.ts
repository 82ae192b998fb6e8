import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/config/load.ts'
import { lintEmergency } from '../../../src/numbering/emergency-lint.ts'
import { settle } from '../../support/fake-network.ts'
import { account, by, hopAt, target, trunksOf } from './a-trunk.ts'

/** The trunk as an operator with this profile would write it, registered where the profile says so. */
async function lineOf(profile: string, more: Record<string, unknown> = {}) {
  const entry = { name: 'carrier', profile, server: 'carrier.example', ...account, ...more }
  const { trunks: entries } = parseConfig(JSON.stringify({ trunks: [entry] }), 'causeway.yaml', '.')
  const { trunks, network, hops } = trunksOf(entries)
  const transport = entries[0]?.transport ?? 'udp'
  hops.set('carrier.example', [hopAt('2001:db8::7', { transport })])
  hops.set('sbc.example', [hopAt('192.0.2.30')])
  await trunks.start()
  await settle()
  const leg = trunks.prepare(target('carrier', 'tel:+4930112233'), by('ann'), undefined)
  const headers = { to: '<sip:+49302345601@carrier.example>' }
  const incoming = {
    uri: 'sip:acc@192.0.2.1',
    header: (name: string) => (name === 'to' ? headers.to : undefined),
    headers: () => [],
  }
  const called = trunks.calledUri('carrier', incoming)
  const register = network.sent.find(({ method }) => method === 'REGISTER')
  await trunks.stop()
  return { leg, called, register }
}

const number = 'sip:+4930112233@carrier.example;user=phone'
const annAs = (text: string) => `<sip:${text}@carrier.example>`
const pai = (text: string) => ({ 'P-Asserted-Identity': annAs(text) })
const ours = 'tel:+49302345601'

describe('a call by the profile', () => {
  it.each([
    [
      'register-account',
      {
        uri: number,
        proxy: 'sip:[2001:db8::7]:5060;transport=udp',
        from: annAs('+49302345601'),
        headers: pai('+49302345601'),
      },
      true,
    ],
    [
      'register-bulk',
      {
        uri: 'sip:+4930112233@carrier.example;transport=tcp;user=phone',
        proxy: 'sip:[2001:db8::7]:5060;transport=tcp',
      },
      true,
    ],
    ['static-ip', { uri: number, from: annAs('+49302345601') }, false],
    [
      'static-ip-tech-prefix',
      {
        uri: 'sip:88120%234930112233@carrier.example;user=phone',
        from: annAs('49302345601'),
        headers: pai('49302345601'),
        policy: { codecs: ['PCMA', 'PCMU'] },
      },
      false,
    ],
    [
      'tls-srtp',
      {
        uri: 'sip:+4930112233@carrier.example;transport=tls;user=phone',
        proxy: 'sip:carrier.example:5060;transport=tls;maddr=[2001:db8::7]',
        policy: { srtp: 'required' },
      },
      true,
    ],
    [
      'behind-sbc',
      {
        uri: number,
        proxy: 'sip:192.0.2.30:5060;transport=udp',
        from: annAs('acc'),
        headers: { 'P-Preferred-Identity': annAs('+49302345601') },
      },
      true,
    ],
    [
      'e164-without-plus',
      {
        uri: 'sip:4930112233@carrier.example;user=phone',
        from: annAs('49302345601'),
        headers: pai('49302345601'),
      },
      false,
    ],
    [
      'national-format',
      {
        uri: 'sip:030112233@carrier.example;user=phone',
        from: annAs('0302345601'),
        headers: pai('0302345601'),
      },
      false,
    ],
    ['did-in-to', { uri: number, from: annAs('acc'), headers: pai('+49302345601') }, true],
    [
      'preferred-identity',
      { uri: number, from: annAs('acc'), headers: { 'P-Preferred-Identity': annAs('+49302345601') } },
      true,
    ],
    ['ipv6-srv', { uri: number, proxy: 'sip:[2001:db8::7]:5060;transport=udp' }, true],
    [
      'gsm-gateway',
      {
        uri: 'sip:030112233@carrier.example;user=phone',
        from: annAs('acc'),
        headers: {},
        policy: { codecs: ['PCMA'], reliableProvisionals: 'never', sessionTimer: undefined },
      },
      false,
    ],
  ])('%s leaves as %j', async (profile, expected, registers) => {
    const more = profile === 'behind-sbc' ? { outboundProxy: 'sbc.example' } : {}
    const { leg, register } = await lineOf(profile, more)
    expect(leg).toMatchObject(expected)
    expect(register !== undefined).toBe(registers)
  })

  it('did-in-to comes in by the number in To', async () => {
    expect((await lineOf('did-in-to')).called).toBe(ours)
    expect((await lineOf('static-ip-tech-prefix')).called).toBe('sip:acc@192.0.2.1')
  })
})

describe('every profile', () => {
  const profiles = readdirSync('gateway-config/profiles/trunks').map((file) => file.replace('.yaml', ''))

  it.each(profiles)('%s keeps calls for help out of its rewrites', (profile) => {
    const trunks = [{ name: 'carrier', profile, server: 'carrier.example', ...account }]
    const config = parseConfig(JSON.stringify({ trunks }), 'causeway.yaml', '.')
    expect(lintEmergency(config).filter(({ severity }) => severity === 'error')).toEqual([])
  })
})
