import { beforeEach, describe, expect, it } from 'vitest'
import { GatewayError } from '../../../src/domain/gateway-error.ts'
import { Accounts } from '../../../src/identity/accounts.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { Location } from '../../../src/registrar/location.ts'
import { Registrar } from '../../../src/registrar/registrar.ts'
import { aUser } from '../../support/a-user.ts'
import { FakeRequest, type FakeRequestOptions } from '../../support/fake-request.ts'
import { MemoryBindingStore } from '../../support/memory-binding-store.ts'

const aor = 'sip:201@site-a.example'
const rules = { minExpiresSeconds: 60, maxExpiresSeconds: 3_600, defaultExpiresSeconds: 600, maxContacts: 3 }

let clock: FakeClock
let store: MemoryBindingStore
let location: Location
let registrar: Registrar
let failures: number
let expiryLimit: number | undefined
let cseq: number
let answers: string[]

beforeEach(async () => {
  clock = new FakeClock(1_700_000_000_000)
  store = new MemoryBindingStore()
  location = new Location({ store, log: silentLog, clock })
  await location.start()
  failures = 0
  expiryLimit = undefined
  cseq = 0
  answers = []
  const accounts = new Accounts({
    users: [aUser('201@site-a.example', { aliases: ['ann'] }), aUser('202@site-a.example')],
    domains: ['site-a.example'],
  })
  registrar = new Registrar({
    demandFor: ({ domain }) => ({ realm: domain }),
    rules,
    // Digest itself is tested on its own: here the header says who it is.
    digest: {
      check: (request) => {
        const name = request.header('Authorization')
        const account = name === undefined ? undefined : accounts.byUsername(name)[0]
        const why = name === undefined ? 'missing' : 'wrong'
        return account
          ? { kind: 'authenticated', account }
          : { kind: 'challenge', status: 401, headers: { 'WWW-Authenticate': ['Digest …'] }, why }
      },
    },
    users: accounts,
    location,
    guard: { noteAuthFailure: () => failures++, noteAuthSuccess: () => undefined },
    expiryLimit: () => expiryLimit,
    onAnswer: ({ user }, answer) => answers.push(`${user} ${answer}`),
    log: silentLog,
    clock,
  })
})

type Headers = NonNullable<FakeRequestOptions['headers']>

async function register(headers: Headers = {}, options: FakeRequestOptions = {}): Promise<FakeRequest> {
  const request = new FakeRequest('REGISTER', {
    ...options,
    headers: { Authorization: '201', To: `<${aor}>`, CSeq: `${++cseq} REGISTER`, ...headers },
  })
  await registrar.handle(request)
  return request
}

const contact = (port: number, params = ''): string => `<sip:201@192.0.2.7:${port}>${params}`
const contacts = (): string[] => location.lookup(aor).map((binding) => binding.contact)

describe('REGISTER', () => {
  it('adds a binding and answers with the seconds it has', async () => {
    const request = await register({ Contact: contact(5062), Expires: '120' })
    expect(request.response.status).toBe(200)
    expect(request.answered('Contact')).toEqual(['<sip:201@192.0.2.7:5062>;expires=120'])
    expect(request.answered('Date')).toEqual(['Tue, 14 Nov 2023 22:13:20 GMT'])
    expect(location.lookup(aor)[0]).toMatchObject({ source: request.source, origin: 'box' })
  })

  it('refreshes without a second binding, also in another spelling of the contact', async () => {
    await register({ Contact: contact(5062) })
    clock.advance(10_000)
    const request = await register({ Contact: '<sip:201@192.0.2.7:5062;ob>', Expires: '300' })
    expect(request.answered('Contact')).toEqual(['<sip:201@192.0.2.7:5062;ob>;expires=300'])
    expect(await store.load(clock.now())).toHaveLength(1)
  })

  it('tells of those who were let in and of those who were turned away', async () => {
    await register({ Contact: contact(5062) })
    await register({ Contact: contact(5062), Authorization: 'nobody' })
    await register({ Contact: contact(5062), Expires: '59' })
    expect(answers).toEqual(['201 accepted', '201 refused', '201 refused'])
  })

  it('lists the bindings of a user when asked without Contact', async () => {
    await register({ Contact: [contact(5062, ';q=0.5'), contact(5063, ';expires=90')] })
    clock.advance(30_000)
    const request = await register()
    expect(request.answered('Contact')).toEqual([
      '<sip:201@192.0.2.7:5063>;expires=60',
      '<sip:201@192.0.2.7:5062>;expires=570;q=0.5',
    ])
  })

  it('removes one contact by expires 0, and all by *', async () => {
    await register({ Contact: [contact(5062), contact(5063), contact(5064)] })
    const one = await register({ Contact: contact(5063, ';expires=0') })
    expect(one.answered('Contact')).toHaveLength(2)
    const all = await register({ Contact: '*', Expires: '0' })
    expect(all.response.status).toBe(200)
    expect(all.answered('Contact')).toEqual([])
    expect(await store.load(clock.now())).toEqual([])
  })

  it.each([
    ['* without Expires 0', { Contact: '*', Expires: '60' }],
    ['* with another contact', { Contact: ['*', '<sip:201@192.0.2.7>'], Expires: '0' }],
    ['a contact that is no URI', { Contact: '<nonsense>' }],
    ['a bad q', { Contact: '<sip:201@192.0.2.7>;q=7' }],
    ['a bad CSeq', { CSeq: 'x REGISTER' }],
    ['a To that is no URI', { To: 'nobody' }],
  ])('answers 400 to %s', async (_, headers: Headers) => {
    expect((await register(headers)).response.status).toBe(400)
    expect(contacts()).toEqual([])
  })

  it('answers 423 to a registration that is too short and shortens one that is too long', async () => {
    const short = await register({ Contact: contact(5062), Expires: '59' })
    expect([short.response.status, short.answered('Min-Expires')]).toEqual([423, ['60']])
    const long = await register({ Contact: contact(5062), Expires: '99999999999' })
    expect(long.answered('Contact')[0]).toContain('expires=3600')
  })

  it('grants only the limit of the hour, even below the usual least', async () => {
    expiryLimit = 30
    expect((await register({ Contact: contact(5062), Expires: '300' })).answered('Contact')[0]).toContain(
      'expires=30',
    )
    expect((await register({ Contact: contact(5062), Expires: '29' })).answered('Min-Expires')).toEqual([
      '30',
    ])
  })

  it('refuses an overtaken request as a whole', async () => {
    await register({ Contact: contact(5062), CSeq: '5 REGISTER' })
    const late = await register({ Contact: [contact(5063), contact(5062, ';expires=0')], CSeq: '4 REGISTER' })
    expect(late.response.status).toBe(500)
    expect((await register({ Contact: '*', Expires: '0', CSeq: '4 REGISTER' })).response.status).toBe(500)
    expect(contacts()).toEqual(['sip:201@192.0.2.7:5062'])
  })

  it('takes a lower CSeq under another Call-ID: the phone was restarted', async () => {
    await register({ Contact: contact(5062), CSeq: '5 REGISTER' })
    const again = await register({ Contact: contact(5062), CSeq: '1 REGISTER' }, { callId: 'call-2' })
    expect(again.response.status).toBe(200)
  })

  it('answers a repetition of a request whose 200 was lost', async () => {
    await register({ Contact: contact(5062), CSeq: '5 REGISTER' })
    expect((await register({ Contact: contact(5062), CSeq: '5 REGISTER' })).response.status).toBe(200)
  })

  describe('of a phone that names its flows (RFC 5626)', () => {
    const flow = (port: number, regId: number): string =>
      contact(port, `;+sip.instance="<urn:uuid:00000000-0000-1000-8000-000a95a0e128>";reg-id=${regId}`)
    const Supported = 'path, outbound'

    it('replaces the binding of the same flow', async () => {
      await register({ Contact: flow(5062, 1), Supported })
      await register({ Contact: flow(5070, 2), Supported })
      const request = await register({ Contact: flow(5080, 1), Supported })
      expect(contacts().sort()).toEqual(['sip:201@192.0.2.7:5070', 'sip:201@192.0.2.7:5080'])
      expect(request.answered('Contact')[0]).toContain(
        ';+sip.instance="<urn:uuid:00000000-0000-1000-8000-000a95a0e128>";reg-id=',
      )
    })

    it('says that it may count on the flow, and how often to show that it is there', async () => {
      const request = await register({ Contact: flow(5062, 1), Supported, Require: 'outbound' })
      expect(request.answered('Require')).toEqual(['outbound'])
      expect(request.answered('Flow-Timer')).toEqual(['30'])
      const plain = await register({ Contact: contact(5064), Supported })
      expect(plain.answered('Require')).toEqual([])
    })

    it('takes it for a plain registration when the phone does not support all of it', async () => {
      await register({ Contact: flow(5062, 1) })
      const request = await register({ Contact: flow(5070, 1) })
      expect(request.answered('Require')).toEqual([])
      expect(contacts()).toHaveLength(2)
    })

    it('refuses it by way of a proxy that cannot find the flow again', async () => {
      const Via = ['SIP/2.0/TCP edge.example;branch=z9hG4bK2, SIP/2.0/TCP 10.0.0.7;branch=z9hG4bK1']
      const by = (Path: string) => register({ Contact: flow(5062, 1), Supported, Via, Path })
      expect((await by('<sip:edge.example;lr>')).response.status).toBe(439)
      expect((await by('<sip:inner.example;lr>, <sip:t0k3n@edge.example;lr;ob>')).response.status).toBe(200)
    })

    it('refuses two contacts at once', async () => {
      const request = await register({ Contact: [flow(5062, 1), contact(5070)], Supported })
      expect(request.response.status).toBe(400)
    })
  })

  it('refuses more contacts than a user may have, and still refreshes those it has', async () => {
    await register({ Contact: [contact(1), contact(2), contact(3)] })
    expect((await register({ Contact: contact(4) })).response.status).toBe(403)
    expect((await register({ Contact: contact(2) })).response.status).toBe(200)
    expect((await register({ Contact: [contact(1, ';expires=0'), contact(4)] })).response.status).toBe(200)
  })

  it('keeps the path and tells it to those who know Path', async () => {
    const path = ['<sip:p1.example;lr>, <sip:p2.example;lr>']
    const silent = await register({ Contact: contact(5062), Path: path })
    expect(silent.answered('Path')).toEqual([])
    const asked = await register({ Contact: contact(5062), Path: path, Supported: 'gruu, path' })
    expect(asked.answered('Path')).toEqual(['<sip:p1.example;lr>', '<sip:p2.example;lr>'])
    expect(location.lookup(aor)[0]?.path).toEqual(['<sip:p1.example;lr>', '<sip:p2.example;lr>'])
  })

  it('answers 420 to what it must not ignore', async () => {
    const request = await register({ Contact: contact(5062), Require: 'path, gruu' })
    expect([request.response.status, request.answered('Unsupported')]).toEqual([420, ['gruu']])
  })

  it('challenges strangers like users, and counts wrong passwords only', async () => {
    const unknown = `<sip:999@site-a.example>`
    const asked = new FakeRequest('REGISTER', { headers: { To: unknown, CSeq: '1 REGISTER' } })
    await registrar.handle(asked)
    const wrong = await register({ Authorization: '999', To: unknown })
    expect([asked.response.status, wrong.response.status, failures]).toEqual([401, 401, 1])
  })

  it('answers 404 for a user that is not there and 403 for one that is somebody else', async () => {
    expect((await register({ To: '<sip:999@site-a.example>' })).response.status).toBe(404)
    expect((await register({ To: '<sip:201@elsewhere.example>' })).response.status).toBe(404)
    expect((await register({ To: '<sip:202@site-a.example>' })).response.status).toBe(403)
  })

  it('registers an alias under the name of its user', async () => {
    await register({ To: '<sip:ann@SITE-A.example>', Contact: contact(5062) })
    expect(contacts()).toEqual(['sip:201@192.0.2.7:5062'])
  })

  it('does not answer before the binding is durable', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    store.hold = promise
    const request = new FakeRequest('REGISTER', {
      headers: { Authorization: '201', To: `<${aor}>`, CSeq: '1 REGISTER', Contact: contact(5062) },
    })
    const handled = registrar.handle(request)
    await new Promise((next) => setImmediate(next))
    expect(request.responses).toEqual([])
    expect(contacts()).toEqual([])
    resolve()
    await handled
    expect(request.response.status).toBe(200)
  })

  it('answers with an error and changes nothing when the disk fails', async () => {
    store.failWith = new DiskFull('no space')
    expect((await register({ Contact: contact(5062) })).response.status).toBe(500)
    expect(contacts()).toEqual([])
  })
})

class DiskFull extends GatewayError {
  readonly sipStatus = 500
  readonly fault = 'box'
  readonly tryNextTarget = false
}
