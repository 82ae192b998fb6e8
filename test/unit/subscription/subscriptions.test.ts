import { beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { Homecoming } from '../../../src/subscription/homecoming.ts'
import type { Visitor } from '../../../src/subscription/neighbours.ts'
import { Subscriptions } from '../../../src/subscription/subscriptions.ts'
import { UserCalls } from '../../../src/subscription/user-calls.ts'
import type { FakeRequestOptions } from '../../support/fake-request.ts'
import { fakeResponse } from '../../support/fake-response.ts'
import { FakeSipStack, settled } from '../../support/fake-sip-stack.ts'
import type { FakeSubscribe } from '../../support/fake-subscription.ts'

const domain = 'pbx.example'
const user = { user: '201', domain }
const proxy = 'sip:192.0.2.30;transport=udp'
const perSecond = 20

let stack: FakeSipStack
let clock: FakeClock
let subscriptions: Subscriptions
let visitor: Visitor
let proof: Visitor
let pbxIsUp: boolean

beforeEach(async () => {
  stack = new FakeSipStack()
  clock = new FakeClock(1_000_000)
  visitor = { kind: 'phone', user, proof: 'none' }
  proof = { kind: 'phone', user, proof: 'digest' }
  pbxIsUp = true
  subscriptions = new Subscriptions({
    stack,
    door: { admit: () => visitor, prove: () => proof },
    directory: {
      find: (uri) => (uri.includes(domain) ? { user: uri.slice(4, 7), domain } : undefined),
      isKnown: ({ user: name }) => name < '700',
    },
    pbxs: { hasPbx: () => true, proxyOf: () => (pbxIsUp ? proxy : undefined) },
    calls: new UserCalls((name) => name),
    clock,
    log: silentLog,
    limits: { total: 100, perPhone: 60 },
  })
  await subscriptions.start()
})

function ask(
  what: Partial<FakeRequestOptions> & { event?: string; of?: string } = {},
): Promise<FakeSubscribe> {
  const { event = 'dialog', of = '202' } = what
  const headers = {
    From: '<sip:201@pbx.example>;tag=a',
    To: '<sip:x@pbx.example>',
    Event: event,
    Expires: '600',
  }
  return stack.receiveSubscribe({
    uri: `sip:${of}@${domain};user=phone`,
    ...what,
    headers: { ...headers, ...what.headers },
  })
}

function pbxDies(): void {
  pbxIsUp = false
  subscriptions.pbxIsGone(domain)
}

describe('SUBSCRIBE while the PBX lives', () => {
  test('goes to it as the phone asked, and what it grants is granted', async () => {
    stack.onOutgoingRequest = () => fakeResponse(200, { headers: { Expires: '120' } })
    const asked = await ask({ headers: { Authorization: 'Digest x' } })
    expect(stack.subscriptions).toMatchObject([
      {
        uri: 'sip:202@pbx.example;user=phone',
        options: { from: '<sip:201@pbx.example>', proxy, headers: { Authorization: ['Digest x'] } },
      },
    ])
    expect(asked.response).toMatchObject({ status: 200, headers: { Expires: ['120'] } })
    expect(subscriptions.list.size).toBe(1)
  })

  test('comes back with its challenge, and nothing is kept', async () => {
    stack.onOutgoingRequest = () => fakeResponse(401, { headers: { 'WWW-Authenticate': 'Digest y' } })
    const asked = await ask()
    expect([asked.response.status, asked.answered('WWW-Authenticate')]).toEqual([401, ['Digest y']])
    expect(subscriptions.list.size).toBe(0)
  })

  test('is answered by the box as soon as the PBX is known to be gone', async () => {
    stack.onOutgoingRequest = (_method, _uri, { signal }) =>
      new Promise((resolve) => {
        signal?.addEventListener('abort', () => resolve(fakeResponse(408, { isLocal: true })))
      })
    const asked = await ask()
    expect(asked.responses).toEqual([])
    pbxDies()
    await settled()
    expect(asked.response).toMatchObject({ status: 200, headers: { Expires: '600' } })
    expect(asked.dialog.last.headers['Subscription-State']).toBe('active;expires=600')
  })

  test('of a PBX that is silent, but in charge, comes to nothing', async () => {
    stack.onOutgoingRequest = () => fakeResponse(408, { isLocal: true })
    expect((await ask()).response.status).toBe(408)
  })
})

describe('SUBSCRIBE in the absence of the PBX', () => {
  beforeEach(pbxDies)

  test.each([
    ['presence', '202', 489],
    ['dialog', '202', 200],
    ['dialog', '701', 480], // a parking place: only the PBX knows it
    ['message-summary', '201', 200],
    ['message-summary', '202', 480], // somebody else's mailbox
  ])('for %s of %s gets %i', async (event, of, status) => {
    expect((await ask({ event, of })).response.status).toBe(status)
  })

  test('has to be proven', async () => {
    proof = { kind: 'refused', status: 407, headers: { 'Proxy-Authenticate': 'Digest z' } }
    expect((await ask()).answered('Proxy-Authenticate')).toEqual(['Digest z'])
  })

  test('from others than phones, or of others than users of this site, gets nowhere', async () => {
    visitor = { kind: 'other' }
    expect((await ask()).response.status).toBe(489)
    visitor = { kind: 'phone', user, proof: 'digest' }
    expect((await ask({ uri: 'sip:bob@far.example' })).response.status).toBe(404)
  })

  test('of one phone is limited, and so are all together', async () => {
    for (let n = 0; n < 60; n++) await ask()
    expect((await ask()).response.status).toBe(503)
    const elsewhere = { source: { transport: 'udp', address: '192.0.2.8', port: 5060 } } as const
    for (let n = 0; n < 40; n++) expect((await ask(elsewhere)).response.status).toBe(200)
    expect((await ask({ source: { ...elsewhere.source, port: 5061 } })).response.status).toBe(503)
    expect(subscriptions.list.size).toBe(100)
  })
})

describe('mailboxes', () => {
  const tells = (body: string) =>
    stack.receive('NOTIFY', { uri: 'sip:201@192.0.2.1', headers: { Event: 'message-summary' }, body })

  test('of which a PBX has told unasked are remembered', async () => {
    stack.onRequest('NOTIFY', async (notify) => subscriptions.heard(notify, domain))
    await tells('Messages-Waiting: yes\r\n')
    pbxDies()
    const asked = await ask({ event: 'message-summary', of: '201' })
    expect(asked.dialog.last.body).toBe('Messages-Waiting: yes\r\n')
  })
})

describe('entry and return', () => {
  async function manyWatch(count: number): Promise<FakeSubscribe[]> {
    const asked: FakeSubscribe[] = []
    for (let n = 0; n < count; n++) asked.push(await ask())
    return asked
  }
  const told = (asked: readonly FakeSubscribe[]) =>
    asked.filter(({ dialog }) => dialog.sent.length > 0).length

  test('all are taken over at once and told little by little', async () => {
    const asked = await manyWatch(50)
    pbxDies()
    await settled()
    expect([...subscriptions.list].every(({ isFed }) => isFed)).toBe(true)
    expect(told(asked)).toBe(20)
    clock.advance(200)
    expect(told(asked)).toBe(50)
  })

  async function leadingHome(): Promise<Homecoming> {
    const homecoming = new Homecoming({
      subscriptions: subscriptions.list,
      isHome: () => pbxIsUp,
      perSecond,
      clock,
      log: silentLog,
    })
    await homecoming.start()
    return homecoming
  }

  test('phones are sent back to the PBX no faster than it may be asked', async () => {
    await manyWatch(50)
    const homecoming = await leadingHome()
    pbxDies()
    clock.advance(10_000)
    expect(subscriptions.list.size).toBe(50)
    pbxIsUp = true
    const left: number[] = []
    for (let second = 0; second < 5; second++) {
      clock.advance(1_000)
      left.push(subscriptions.list.size)
    }
    expect(left.every((size, place) => (left[place - 1] ?? 50) - size <= perSecond)).toBe(true)
    expect(left.at(-1)).toBe(0)
    await homecoming.stop()
  })

  test('a PBX that is gone again meanwhile gets nobody', async () => {
    await manyWatch(50)
    const homecoming = await leadingHome()
    pbxDies()
    pbxIsUp = true
    clock.advance(1_000)
    pbxIsUp = false
    const left = subscriptions.list.size
    clock.advance(5_000)
    expect(subscriptions.list.size).toBe(left)
    await homecoming.stop()
  })
})
