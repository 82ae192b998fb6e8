import { describe, expect, it } from 'vitest'
import { numberingSection } from '../../../src/config/sections/numbering.ts'
import { trunkEntry } from '../../../src/config/sections/trunks.ts'
import { aor } from '../../../src/domain/aor.ts'
import type { CallQuestion, RouteTarget } from '../../../src/domain/route.ts'
import type { PstnService } from '../../../src/domain/service-record.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { DialPlan } from '../../../src/numbering/dial-plan.ts'
import { TrunkFull, TrunkUnknown } from '../../../src/trunk/trunk-errors.ts'
import { Trunks } from '../../../src/trunk/trunks.ts'
import { FakeNetwork, response, settle } from '../../support/fake-network.ts'

const carrier = { name: 'carrier', server: 'carrier.example' }
const account = { username: 'acc', authUsername: 'auth', password: 'secret' }

function trunksOf(...entries: Record<string, unknown>[]) {
  const clock = new FakeClock(1_000_000)
  const network = new FakeNetwork()
  const names = new Map([['carrier.example', ['192.0.2.20', '2001:db8::20']]])
  const trunks = new Trunks({
    entries: entries.map((entry) => trunkEntry.parse(entry)),
    stack: network,
    clock,
    log: silentLog,
    random: () => 0,
    numbers: new DialPlan(numberingSection.parse({ areaCode: '30' })),
    owners: {
      numberOf: ({ user }) => (user === 'ann' ? '+49302345601' : undefined),
      isOurs: (number) => number === '+49302345601',
    },
    addresses: {
      resolveAddresses: async (host) => names.get(host) ?? Promise.reject(new Error('no such host')),
    },
  })
  return { trunks, clock, network, names }
}

const target = (label: string, uri = 'tel:+493055'): RouteTarget => ({
  path: 'trunk',
  uri,
  proxy: undefined,
  label,
  group: 0,
  callerMustBeAuthenticated: true,
  why: '',
})
const by = (user: string | undefined, from = `sip:${user}@site-a.example`): CallQuestion => ({
  callId: '1',
  source: 'phone',
  sourceLabel: '',
  caller: user === undefined ? undefined : aor(user, 'site-a.example'),
  callerIsAuthenticated: true,
  from,
  requestUri: 'tel:+493055',
  at: 0,
})

describe('a leg on a trunk', () => {
  it('goes to the trunk as the user, with his own number', () => {
    const { trunks } = trunksOf({ ...carrier, ...account })
    expect(trunks.prepare(target('carrier'), by('ann'), 'Ann "A"')).toMatchObject({
      uri: 'sip:+493055@carrier.example;user=phone',
      to: '<sip:+493055@carrier.example;user=phone>',
      from: '"Ann \\"A\\"" <sip:+49302345601@carrier.example>',
      account: { username: 'auth', password: 'secret' },
      headers: { 'P-Asserted-Identity': '"Ann \\"A\\"" <sip:+49302345601@carrier.example>' },
    })
  })

  it.each([
    [
      "a user without number shows the trunk's",
      { ...carrier, callerId: '+4930100' },
      by('bob'),
      '<sip:+4930100@carrier.example>',
    ],
    [
      'the PBX may show a number of ours',
      carrier,
      by(undefined, 'sip:+49302345601@pbx.example'),
      '<sip:+49302345601@carrier.example>',
    ],
    [
      'nobody shows a number that is not ours',
      { ...carrier, callerId: '+4930100' },
      by(undefined, 'sip:+4989999@far.example'),
      '<sip:+4930100@carrier.example>',
    ],
    [
      'without any number it is the account',
      { ...carrier, username: 'acc' },
      by('bob'),
      '<sip:acc@carrier.example>',
    ],
    [
      "the number is written as the trunk's",
      { ...carrier, numberFormat: 'national' },
      by('ann'),
      '<sip:0302345601@carrier.example>',
    ],
    [
      'who withholds his number is anonymous',
      carrier,
      by('ann', 'sip:anonymous@anonymous.invalid'),
      '"Anonymous" <sip:anonymous@anonymous.invalid>',
    ],
  ])('%s', (_what, entry, question, from) => {
    expect(trunksOf(entry).trunks.prepare(target('carrier'), question, undefined).from).toBe(from)
  })

  it.each([
    [
      { server: '192.0.2.20:5070', transport: 'tcp' },
      'sip:+493055@192.0.2.20:5070;transport=tcp;user=phone',
      undefined,
    ],
    [{ server: '[2001:db8::20]:5070' }, 'sip:+493055@[2001:db8::20]:5070;user=phone', undefined],
    [
      { domain: 'ims.example', server: 'edge.example:5070' },
      'sip:+493055@ims.example;user=phone',
      'sip:edge.example:5070',
    ],
    [
      { server: 'carrier.example', numberFormat: 'international' },
      'sip:00493055@carrier.example;user=phone',
      undefined,
    ],
  ])('at %j is sent to %s', (entry, uri, proxy) => {
    const leg = trunksOf({ name: 'carrier', ...entry }).trunks.prepare(
      target('carrier'),
      by('ann'),
      undefined,
    )
    expect(leg.uri).toBe(uri)
    expect(leg.proxy).toBe(proxy)
  })

  it('tells the provider, but nobody else, the number of a caller who withholds it', () => {
    const leg = trunksOf(carrier).trunks.prepare(
      target('carrier'),
      by('ann', 'sip:anonymous@anonymous.invalid'),
      undefined,
    )
    expect(leg.headers).toEqual({
      'P-Asserted-Identity': '<sip:+49302345601@carrier.example>',
      Privacy: 'id',
    })
  })
})

describe('the channels of a trunk', () => {
  it('are claimed by a leg and given back once', () => {
    const { trunks } = trunksOf({ ...carrier, maxCalls: 1 })
    const leg = trunks.prepare(target('carrier'), by('ann'), undefined)
    expect(() => trunks.prepare(target('carrier'), by('ann'), undefined)).toThrow(TrunkFull)
    expect(trunks.all()).toMatchObject([{ free: 0 }])
    leg.release()
    leg.release()
    expect(trunks.all()).toMatchObject([{ free: 1 }])
  })

  it('never keep an emergency call out, whose number is dialled as it is', () => {
    const { trunks } = trunksOf({ ...carrier, maxCalls: 1 })
    trunks.prepare(target('carrier'), by('ann'), undefined)
    const leg = trunks.prepare(target('carrier', 'tel:112;phone-context=+49'), by('ann'), undefined)
    expect(leg.uri).toBe('sip:112@carrier.example;user=phone')
  })

  it('of a trunk that is gone from the config are none', () => {
    expect(() => trunksOf().trunks.prepare(target('carrier'), by('ann'), undefined)).toThrow(TrunkUnknown)
  })
})

describe('the health of a trunk', () => {
  async function step(clock: FakeClock, ms: number) {
    clock.advance(ms)
    await settle()
  }

  it('is asked by OPTIONS; whatever the answer, it lives', async () => {
    const { trunks, clock, network } = trunksOf({ ...carrier, optionsIntervalSeconds: 10 })
    network.answer = () => response(404)
    await trunks.start()
    await settle()
    await step(clock, 10_000)
    expect(network.methods()).toEqual(['OPTIONS', 'OPTIONS'])
    expect(trunks.view()).toMatchObject([{ state: { state: 'good', text: 'answers' } }])
  })

  it.each([
    ['silence', 'silence' as const],
    ['no route to it', response(503, {}, true)],
    ['503', response(503)],
  ])(
    'is lost after two OPTIONS in a row that met %s, and comes back with an answer',
    async (_what, answer) => {
      const { trunks, clock, network } = trunksOf({ ...carrier, optionsIntervalSeconds: 10 })
      network.answer = () => answer
      await trunks.start()
      await settle()
      expect(trunks.all()).toMatchObject([{ healthy: true }])
      for (let second = 0; second < 10; second++) await step(clock, 1_000)
      expect(trunks.all()).toMatchObject([{ healthy: false }])
      expect(trunks.view()).toMatchObject([{ state: { state: 'failed' } }])
      network.answer = () => response(200)
      for (let second = 0; second < 14; second++) await step(clock, 1_000)
      expect(trunks.all()).toMatchObject([{ healthy: true }])
    },
  )

  it('suffers from calls that fail in a row, and rests for a while although it answers OPTIONS', async () => {
    const { trunks, clock } = trunksOf(carrier)
    await trunks.start()
    await settle()
    for (const status of [503, 486, 503, 500]) trunks.saw('carrier', status)
    expect(trunks.all()).toMatchObject([{ healthy: true }])
    trunks.saw('carrier', 408)
    expect(trunks.all()).toMatchObject([{ healthy: false }])
    await step(clock, 29_999)
    expect(trunks.all()).toMatchObject([{ healthy: false }])
    await step(clock, 1)
    expect(trunks.all()).toMatchObject([{ healthy: true }])
  })

  it('on probation after a rest suffers from a single failure, for longer', async () => {
    const { trunks, clock } = trunksOf(carrier)
    await trunks.start()
    for (const status of [503, 503, 503]) trunks.saw('carrier', status)
    await step(clock, 30_000)
    trunks.saw('carrier', 503)
    await step(clock, 59_999)
    expect(trunks.all()).toMatchObject([{ healthy: false }])
    await step(clock, 1)
    trunks.saw('carrier', 200)
    for (const status of [503, 503]) trunks.saw('carrier', status)
    expect(trunks.all()).toMatchObject([{ healthy: true }])
  })

  it('does not suffer from our own limit', () => {
    const { trunks } = trunksOf({ ...carrier, maxCalls: 1 })
    trunks.prepare(target('carrier'), by('ann'), undefined)
    for (const status of [503, 503, 503]) trunks.saw('carrier', status)
    expect(trunks.all()).toMatchObject([{ healthy: true }])
  })
})

describe('a registered trunk', () => {
  const registered = { ...carrier, ...account, register: true, optionsIntervalSeconds: 3_600 }
  const registers = (network: FakeNetwork) => network.sent.filter(({ method }) => method === 'REGISTER')

  it('registers its account with one Call-ID and rising CSeq, refreshes at half time, and says goodbye', async () => {
    const { trunks, clock, network } = trunksOf(registered)
    network.answer = ({ method }) =>
      method === 'REGISTER'
        ? response(200, {
            contact: '<sip:x@h>;expires=9, <sip:acc@192.0.2.1:5060;transport=udp>;expires=120',
          })
        : response(200)
    await trunks.start()
    await settle()
    expect(trunks.view()).toMatchObject([{ state: { state: 'good', text: 'registered, answers' } }])
    clock.advance(60_000)
    await settle()
    await trunks.stop()
    const sent = registers(network)
    expect(sent[0]).toMatchObject({
      uri: 'sip:carrier.example',
      options: {
        account: { username: 'auth', password: 'secret' },
        headers: {
          From: '<sip:acc@carrier.example>',
          To: '<sip:acc@carrier.example>',
          Contact: '<sip:acc@192.0.2.1:5060;transport=udp>',
        },
      },
    })
    expect(sent.map((each) => [each.header('CSeq'), each.header('Expires')])).toEqual([
      ['1 REGISTER', '300'],
      ['3 REGISTER', '300'],
      ['5 REGISTER', '0'],
    ])
    expect(new Set(sent.map((each) => each.header('Call-ID'))).size).toBe(1)
    expect(clock.pendingTimers).toBe(0)
  })

  it('is tried last until it is registered, and says why', async () => {
    const { trunks, clock, network } = trunksOf(registered)
    network.answer = ({ method }) => response(method === 'REGISTER' ? 403 : 200)
    await trunks.start()
    await settle()
    expect(trunks.all()).toMatchObject([{ healthy: false }])
    expect(trunks.view()).toMatchObject([{ state: { state: 'failed', text: 'not registered: 403 Reason' } }])
    network.answer = () => response(200)
    clock.advance(60_000)
    await settle()
    expect(trunks.all()).toMatchObject([{ healthy: true }])
  })

  it('whose registrar is away for two hours is back within 70 s of its return', async () => {
    const { trunks, clock, network } = trunksOf(registered)
    network.answer = () => 'silence'
    await trunks.start()
    for (let second = 0; second < 7_200; second++) {
      clock.advance(1_000)
      await settle()
    }
    expect(registers(network).length).toBeLessThan(130)
    network.answer = () => response(200)
    for (let second = 0; second < 70; second++) {
      clock.advance(1_000)
      await settle()
    }
    expect(trunks.view()).toMatchObject([{ state: { text: expect.stringContaining('registered') } }])
    expect(trunks.view()[0]?.state.text).not.toContain('not registered')
  })
})

describe('a call from outside', () => {
  const from = (address: string, port = 5060) => ({ transport: 'udp', address, port }) as const

  async function identified(
    entries: Record<string, unknown>[],
    address: string,
    port?: number,
    uri = 'sip:x@h',
  ) {
    const { trunks } = trunksOf(...entries)
    await trunks.start()
    await settle()
    return trunks.identify(from(address, port), uri)
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
      "and then no longer from the server's",
      [{ ...carrier, acceptFrom: ['192.0.2.99'] }],
      '192.0.2.20',
      5060,
      undefined,
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

  it('for the account of one of two trunks at the same server is from that one', async () => {
    const two = [
      { name: 'a', server: '192.0.2.9', username: 'one' },
      { name: 'b', server: '192.0.2.9', username: 'two' },
    ]
    expect(await identified(two, '192.0.2.9', 5060, 'sip:two@192.0.2.1')).toBe('b')
  })

  it('is still recognised when the name can no longer be resolved', async () => {
    const { trunks, clock, names } = trunksOf(carrier)
    await trunks.start()
    await settle()
    names.clear()
    clock.advance(60_000)
    await settle()
    expect(trunks.identify(from('192.0.2.20'), 'sip:x@h')).toBe('carrier')
  })

  it.each([
    ['sip:0302345601@192.0.2.1', {}, 'tel:+49302345601'],
    ['sip:acc@192.0.2.1', { to: '<sip:+493077@carrier.example>' }, 'tel:+493077'],
    ['sip:+493088@192.0.2.1', { 'p-called-party-id': '<sip:+493077@c.example>' }, 'tel:+493077'],
    ['sip:+493088@192.0.2.1', { to: '<sip:+493077@carrier.example>' }, 'tel:+493077'],
    ['sip:+493088@192.0.2.1', { to: '<sip:+493099@carrier.example>' }, 'tel:+493088'],
    ['sip:acc@192.0.2.1', { to: '<sip:acc@carrier.example>' }, 'sip:acc@192.0.2.1'],
  ])('to %s with %j is for %s', (uri, headers: Record<string, string>, called) => {
    const { trunks } = trunksOf({ ...carrier, dids: { '+493077': '201@site-a.example' } })
    expect(trunks.calledUri('carrier', { uri, header: (name) => headers[name] })).toBe(called)
    expect(trunks.didOf('+493077')).toEqual(aor('201', 'site-a.example'))
  })
})

describe('the offer to other boxes', () => {
  const offered = { ...carrier, offerToOverlay: true, maxCalls: 2, prefixes: ['+49'], costPerMinute: 7 }

  it('holds the trunks that are offered and well', () => {
    expect(trunksOf(carrier).trunks.pstnService()).toBeUndefined()
    const { trunks } = trunksOf(offered, { ...carrier, name: 'own' })
    const service: PstnService = { kind: 'pstn', prefixes: ['+49'], channelsFree: 2, costPerMinute: 7 }
    expect(trunks.pstnService()).toEqual(service)
    for (const status of [503, 503, 503]) trunks.saw('carrier', status)
    expect(trunks.pstnService()).toBeUndefined()
  })

  it('is told at once when it begins, is full or ends; the mere number of channels within ten seconds', async () => {
    const { trunks, clock } = trunksOf(offered)
    const told: (number | undefined)[] = []
    trunks.onServiceChange((service) => told.push(service?.channelsFree))
    await trunks.start()
    const first = trunks.prepare(target('carrier'), by('ann'), undefined)
    expect(told).toEqual([2])
    clock.advance(10_000)
    const second = trunks.prepare(target('carrier'), by('ann'), undefined)
    expect(told).toEqual([2, 1, 0])
    second.release()
    first.release()
    expect(told).toEqual([2, 1, 0, 1])
    for (const status of [503, 503, 503]) trunks.saw('carrier', status)
    expect(told).toEqual([2, 1, 0, 1, undefined])
  })
})

describe('a URI at a trunk', () => {
  it.each([
    ['carrier.example', undefined, true],
    ['carrier.example', 5060, true],
    ['carrier.example', 5090, false],
    ['far.example', undefined, false],
  ])('%s:%s', (host, port, serves) => {
    expect(trunksOf(carrier).trunks.servesHost(host, port)).toBe(serves)
  })
})
