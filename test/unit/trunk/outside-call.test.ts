import { describe, expect, it } from 'vitest'
import { settle } from '../../support/fake-network.ts'
import { carrier, trunksOf } from './a-trunk.ts'

const from = (address: string, port = 5060) => ({ transport: 'udp', address, port }) as const

function request(uri: string, headers: Readonly<Record<string, string>> = {}) {
  const headersOf = (name: string) => [headers[name]].filter((each) => each !== undefined)
  return { uri, header: (name: string) => headers[name], headers: headersOf }
}

describe('a call from outside', () => {
  async function identified(
    entries: Record<string, unknown>[],
    address: string,
    port?: number,
    uri = 'sip:x@h',
  ) {
    const { trunks } = trunksOf(entries)
    await trunks.start()
    await settle()
    const name = trunks.identify(from(address, port), uri)
    await trunks.stop()
    return name
  }

  it.each([
    [
      "is the trunk's when it comes from an address of the server's name",
      [carrier],
      '192.0.2.20',
      5060,
      'carrier',
    ],
    ['whatever its port', [carrier], '2001:db8::20', 40_000, 'carrier'],
    ["is nobody's from elsewhere", [carrier], '192.0.2.21', 5060, undefined],
    [
      "is the trunk's from an address it is accepted from",
      [{ ...carrier, acceptFrom: ['192.0.2.99'] }],
      '192.0.2.99',
      5060,
      'carrier',
    ],
    [
      'or out of a network it is accepted from',
      [{ ...carrier, acceptFrom: ['198.51.100.1', '203.0.113.0/24', '2001:db8:7::/48'] }],
      '203.0.113.77',
      40_000,
      'carrier',
    ],
    [
      'of either version',
      [{ ...carrier, acceptFrom: ['203.0.113.0/24', '2001:db8:7::/48'] }],
      '2001:db8:7::9',
      5060,
      'carrier',
    ],
    [
      'but not beside the network',
      [{ ...carrier, acceptFrom: ['203.0.113.0/24'] }],
      '203.0.112.255',
      5060,
      undefined,
    ],
    [
      'and prefers the trunk that names the very port',
      [
        { ...carrier, acceptFrom: ['203.0.113.0/24'] },
        { ...carrier, name: 'single', acceptFrom: ['203.0.113.7:5060'] },
      ],
      '203.0.113.7',
      5060,
      'single',
    ],
    [
      "and then no longer from the server's",
      [{ ...carrier, acceptFrom: ['192.0.2.99'] }],
      '192.0.2.20',
      5060,
      undefined,
    ],
    [
      'comes from the outbound proxy where there is one',
      [{ name: 'a', server: 'ims.example', outboundProxy: '192.0.2.30' }],
      '192.0.2.30',
      5060,
      'a',
    ],
    [
      'on loopback counts only with the port that is named',
      [{ name: 'a', server: '127.0.0.1:5070' }],
      '127.0.0.1',
      5071,
      undefined,
    ],
    [
      'prefers the trunk with its port',
      [
        { name: 'a', server: '192.0.2.9:5070' },
        { name: 'b', server: '192.0.2.9:5071' },
      ],
      '192.0.2.9',
      5071,
      'b',
    ],
  ])('%s', async (_what, entries, address, port, name) => {
    expect(await identified(entries, address, port)).toBe(name)
  })

  it.each([
    ['account', { username: 'two' }],
    ['Contact', { contactUser: 'two', username: 'other' }],
  ])('for the %s of one of two trunks at the same server is from that one', async (_what, second) => {
    const two = [
      { name: 'a', server: '192.0.2.9', username: 'one' },
      { name: 'b', server: '192.0.2.9', ...second },
    ]
    expect(await identified(two, '192.0.2.9', 5060, 'sip:two@192.0.2.1')).toBe('b')
  })

  it('is still recognised when the name can no longer be resolved', async () => {
    const { trunks, clock, names } = trunksOf([carrier])
    await trunks.start()
    await settle()
    names.clear()
    clock.advance(60_000)
    await settle()
    expect(trunks.identify(from('192.0.2.20'), 'sip:x@h')).toBe('carrier')
    await trunks.stop()
  })
})

describe('the number that is called from outside', () => {
  const ours = '+49302345601'

  it.each([
    ['sip:0302345601@192.0.2.1', {}, `tel:${ours}`],
    ['sip:acc@192.0.2.1', { to: `<sip:${ours}@carrier.example>` }, `tel:${ours}`],
    ['sip:+493088@192.0.2.1', { 'p-called-party-id': `<sip:${ours}@c.example>` }, `tel:${ours}`],
    ['sip:+493088@192.0.2.1', { to: `<sip:${ours}@carrier.example>` }, `tel:${ours}`],
    ['sip:+493088@192.0.2.1', { to: '<sip:+493099@carrier.example>' }, 'tel:+493088'],
    ['sip:acc@192.0.2.1', { to: '<sip:acc@carrier.example>' }, 'sip:acc@192.0.2.1'],
  ])('in %s with %j is %s', (uri, headers: Record<string, string>, called) => {
    expect(trunksOf([carrier]).trunks.calledUri('carrier', request(uri, headers))).toBe(called)
  })

  it('is looked for only where the config says', () => {
    const { trunks } = trunksOf([{ ...carrier, didFrom: ['to'] }])
    const headers = { to: '<sip:+493099@carrier.example>', 'p-called-party-id': `<sip:${ours}@c.example>` }
    expect(trunks.calledUri('carrier', request(`sip:${ours}@192.0.2.1`, headers))).toBe('tel:+493099')
  })
})

describe('the caller from outside', () => {
  const fromCaller = '"Bob" <sip:+4989111@carrier.example>;tag=1'

  it.each([
    ['is who the provider asserts', { 'p-asserted-identity': '<sip:089222@c.example>' }, '+4989222', false],
    ['by a tel URI too', { 'p-asserted-identity': '"A, B" <sip:x@c>, <tel:+4989333>' }, '+4989333', false],
    ['else who From says', {}, '+4989111', false],
    ['with "Privacy: none"', { privacy: 'none' }, '+4989111', false],
  ])('%s', (_what, headers, number, withholdsNumber) => {
    const { trunks } = trunksOf([carrier])
    expect(trunks.callerOf('carrier', request('sip:x@h', { from: fromCaller, ...headers }))).toMatchObject({
      from: `sip:${number}@carrier.example`,
      withholdsNumber,
    })
  })

  it.each([
    ['asks for it', { privacy: 'id' }],
    ['asks for more', { privacy: 'header;critical' }],
    ['is it already', { from: '"Anonymous" <sip:anonymous@anonymous.invalid>' }],
  ])('is unknown behind this box when he %s, whatever the provider asserts', (_what, headers) => {
    const asserted = { 'p-asserted-identity': '<sip:+4989222@c.example>' }
    const { trunks } = trunksOf([carrier])
    const caller = trunks.callerOf(
      'carrier',
      request('sip:x@h', { from: fromCaller, ...asserted, ...headers }),
    )
    expect(caller).toEqual({
      from: 'sip:anonymous@anonymous.invalid',
      asserted: 'sip:+4989222@c.example',
      withholdsNumber: true,
    })
  })

  it('without a number is who From says', () => {
    const { trunks } = trunksOf([carrier])
    const caller = trunks.callerOf('carrier', request('sip:x@h', { from: 'sip:alarm@carrier.example;tag=1' }))
    expect(caller.from).toBe('sip:alarm@carrier.example')
  })
})
