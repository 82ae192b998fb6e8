import { describe, expect, it } from 'vitest'
import { type FakeNetwork, response, settle } from '../../support/fake-network.ts'
import { account, by, carrier, hopAt, pass, target, trunksOf } from './a-trunk.ts'

const registered = { ...carrier, ...account, register: true, optionsIntervalSeconds: 0 }
const registers = (network: FakeNetwork) => network.sent.filter(({ method }) => method === 'REGISTER')
const places = (network: FakeNetwork) => registers(network).map(({ options }) => options.proxy)

describe('a registered trunk', () => {
  it('registers its account with one Call-ID and rising CSeq, refreshes at half time, and says goodbye', async () => {
    const { trunks, clock, network } = trunksOf([registered])
    network.answer = () =>
      response(200, { contact: '<sip:x@h>;expires=9, <sip:acc@192.0.2.1:5060;transport=udp>;expires=120' })
    await trunks.start()
    await settle()
    expect(trunks.view()).toMatchObject([{ state: { state: 'good', text: 'registered at 192.0.2.20:5060' } }])
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
      ['5 REGISTER', '300'],
      ['9 REGISTER', '0'],
    ])
    expect(new Set(sent.map((each) => each.header('Call-ID'))).size).toBe(1)
    expect(clock.pendingTimers).toBe(0)
  })

  it('registers all its numbers at once where the provider wants that', async () => {
    const { trunks, network } = trunksOf([{ ...registered, bulkRegistration: true, transport: 'tcp' }])
    await trunks.start()
    await settle()
    expect(network.sent[0]?.options.headers).toMatchObject({
      Contact: '<sip:192.0.2.1:5060;transport=tcp;bnc>',
      Require: 'gin',
      'Proxy-Require': 'gin',
    })
  })

  it('is tried last until it is registered, and says why', async () => {
    const { trunks, clock, network } = trunksOf([registered])
    network.answer = () => response(403)
    await trunks.start()
    await settle()
    expect(trunks.all()).toMatchObject([{ healthy: false }])
    expect(trunks.view()).toMatchObject([{ state: { state: 'failed', text: 'not registered: 403 Reason' } }])
    network.answer = () => response(200)
    await pass(clock, 60)
    expect(trunks.all()).toMatchObject([{ healthy: true }])
  })

  it('whose registrar is away for two hours is registered within a minute of its return', async () => {
    const { trunks, clock, network, notices } = trunksOf([registered], { random: Math.random })
    await trunks.start()
    await settle()
    network.answer = () => 'silence'
    await pass(clock, 7_200)
    expect(registers(network).length).toBeLessThanOrEqual(130)
    expect(trunks.all()).toMatchObject([{ healthy: false }])
    network.answer = () => response(200)
    await pass(clock, 60)
    expect(trunks.all()).toMatchObject([{ healthy: true }])
    expect(notices.map(({ facts }) => facts.state)).toEqual(['gone', 'back'])
  })

  it('that is refused at once for two hours asks no oftener', async () => {
    const { trunks, clock, network } = trunksOf([registered], { random: () => 1 })
    network.answer = () => response(503, {}, true)
    await trunks.start()
    await pass(clock, 7_200)
    expect(registers(network).length).toBeLessThanOrEqual(130)
  })
})

describe('the address of a registered trunk', () => {
  const twoHops = [hopAt('192.0.2.21', { port: 5070 }), hopAt('192.0.2.22', { transport: 'tcp' })]
  const [first, second] = ['sip:192.0.2.21:5070;transport=udp', 'sip:192.0.2.22:5060;transport=tcp']

  it('is where its calls and OPTIONS go too', async () => {
    const { trunks, network, hops } = trunksOf([{ ...registered, optionsIntervalSeconds: 30 }])
    hops.set('carrier.example', twoHops)
    await trunks.start()
    await settle()
    const leg = trunks.prepare(target('carrier'), by('ann'), undefined)
    expect(leg).toMatchObject({ uri: 'sip:+493055@carrier.example;user=phone', proxy: first })
    const [, , options] = network.sent.map(({ options }) => options.proxy)
    expect([places(network), options]).toEqual([[first], undefined])
  })

  it('is asked of the DNS before every attempt, and changes with it', async () => {
    const { trunks, clock, hops, network } = trunksOf([{ ...registered, registerExpiresSeconds: 60 }])
    await trunks.start()
    await settle()
    hops.set('carrier.example', [hopAt('192.0.2.99')])
    expect(
      trunks.identify({ transport: 'udp', address: '192.0.2.99', port: 5060 }, 'sip:x@h'),
    ).toBeUndefined()
    await pass(clock, 30)
    expect(places(network)).toEqual([
      'sip:192.0.2.20:5060;transport=udp',
      'sip:192.0.2.99:5060;transport=udp',
    ])
    expect(trunks.prepare(target('carrier'), by('ann'), undefined).proxy).toBe(
      'sip:192.0.2.99:5060;transport=udp',
    )
    expect(trunks.identify({ transport: 'udp', address: '192.0.2.99', port: 5060 }, 'sip:x@h')).toBe(
      'carrier',
    )
    expect(trunks.knownAddresses()).toContain('192.0.2.99')
  })

  it('on loopback is one sender of many', async () => {
    const { trunks } = trunksOf([{ ...registered, server: '127.0.0.1:5070' }], {
      hops: { resolveAfresh: async () => [hopAt('127.0.0.1', { port: 5070 })] },
    })
    await trunks.start()
    await settle()
    const identified = (port: number) =>
      trunks.identify({ transport: 'udp', address: '127.0.0.1', port }, 'sip:x@h')
    expect([identified(5070), identified(5071)]).toEqual(['carrier', undefined])
  })

  it('is the next one at the next try when nobody answers, and stays while that one does', async () => {
    const { trunks, clock, hops, network } = trunksOf([{ ...registered, registerExpiresSeconds: 60 }])
    hops.set('carrier.example', twoHops)
    network.answer = ({ options }) => (options.proxy === first ? response(503, {}, true) : response(200))
    await trunks.start()
    await settle()
    await pass(clock, 1)
    expect(places(network)).toEqual([first, second])
    expect(registers(network)[1]?.header('Contact')).toBe('<sip:acc@192.0.2.1:5060;transport=tcp>')
    await pass(clock, 60)
    expect(places(network).slice(2)).toEqual([second, second])
  })

  it('is left at once when it falls silent between two registrations', async () => {
    const { trunks, clock, hops, network } = trunksOf([
      { ...registered, registerExpiresSeconds: 3_600, optionsIntervalSeconds: 30 },
    ])
    hops.set('carrier.example', twoHops)
    await trunks.start()
    await settle()
    network.answer = ({ options }) => (options.proxy === first ? 'silence' : response(200))
    await pass(clock, 41)
    expect(places(network)).toEqual([first, second])
    expect(trunks.prepare(target('carrier'), by('ann'), undefined).proxy).toBe(second)
    expect(trunks.all()).toMatchObject([{ healthy: true }])
  })

  it('is the last one known when the DNS does not answer any more, and the trunk says so', async () => {
    const { trunks, clock, names, network } = trunksOf([{ ...registered, registerExpiresSeconds: 60 }])
    await trunks.start()
    await settle()
    names.clear()
    await pass(clock, 30)
    expect(places(network)).toHaveLength(2)
    expect(new Set(places(network)).size).toBe(1)
    expect(trunks.view()).toMatchObject([
      {
        state: {
          state: 'degraded',
          text: expect.stringMatching(/last known address 192.0.2.20:5060.*cannot be found/),
        },
      },
    ])
    expect(trunks.all()).toMatchObject([{ healthy: true }])
  })

  it('is asked with a bound: a DNS that says nothing does not keep it from registering', async () => {
    const { trunks, clock, network } = trunksOf([registered], {
      hops: { resolveAfresh: () => new Promise(() => undefined) },
    })
    await trunks.start()
    await pass(clock, 5)
    expect(places(network)).toEqual([undefined])
    expect(trunks.all()).toMatchObject([{ healthy: true }])
  })

  it('keeps the name in the URI where the certificate is for that', async () => {
    const { trunks, hops, network } = trunksOf([{ ...registered, transport: 'tls' }])
    hops.set('carrier.example', [hopAt('2001:db8::7', { transport: 'tls', port: 5061 })])
    await trunks.start()
    await settle()
    expect(places(network)).toEqual(['sip:carrier.example:5061;transport=tls;maddr=[2001:db8::7]'])
  })
})

describe('one bad trunk', () => {
  it('never slows another', async () => {
    const good = {
      name: 'good',
      server: 'good.example',
      username: 'g',
      register: true,
      optionsIntervalSeconds: 0,
    }
    const { trunks, network, hops } = trunksOf([registered, good])
    hops.set('good.example', [hopAt('192.0.2.40')])
    network.answer = ({ uri }) => (uri === 'sip:good.example' ? response(200) : 'silence')
    await trunks.start()
    await settle()
    expect(trunks.all()).toMatchObject([
      { name: 'carrier', healthy: false },
      { name: 'good', healthy: true },
    ])
  })
})
