import { beforeEach, describe, expect, it } from 'vitest'
import { aor } from '../../../src/domain/aor.ts'
import type { DigestDemand } from '../../../src/domain/digest-demand.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import type { RegistrarGrace } from '../../../src/registrar/guest.ts'
import { Location } from '../../../src/registrar/location.ts'
import { Registrar } from '../../../src/registrar/registrar.ts'
import { aBinding } from '../../support/a-binding.ts'
import { FakeRequest, type FakeRequestOptions } from '../../support/fake-request.ts'
import { MemoryBindingStore } from '../../support/memory-binding-store.ts'

const user = aor('205', 'pbx.example')
const name = 'sip:205@pbx.example'

let clock: FakeClock
let location: Location
let registrar: Registrar
let why: 'missing' | 'stale' | 'wrong' | 'blocked'
let grace: ReturnType<RegistrarGrace['answerTo']>
let failures: (readonly [string, string | undefined])[]
let demands: DigestDemand[]
let answers: string[]

beforeEach(async () => {
  clock = new FakeClock(1_700_000_000_000)
  location = new Location({ store: new MemoryBindingStore(), log: silentLog, clock })
  await location.start()
  why = 'wrong'
  grace = { kind: 'covered', user, until: clock.now() + 90_500 }
  failures = []
  demands = []
  answers = []
  registrar = new Registrar({
    demandFor: ({ domain }) => ({ realm: domain }),
    rules: { minExpiresSeconds: 60, maxExpiresSeconds: 3_600, defaultExpiresSeconds: 600, maxContacts: 3 },
    digest: {
      check: (_request, _kind, demand) => {
        demands.push(demand)
        if (why === 'blocked') return { kind: 'blocked', username: '205' }
        return { kind: 'challenge', status: 401, headers: {}, why, username: '205' }
      },
    },
    users: { byAor: () => undefined },
    location,
    guard: {
      noteAuthFailure: ({ address }, username) => failures.push([address, username]),
      noteAuthSuccess: () => undefined,
    },
    grace: { answerTo: () => grace },
    onAnswer: (_, answer) => answers.push(answer),
    log: silentLog,
    clock,
  })
})

let cseq = 0
async function register(headers: FakeRequestOptions['headers'] = {}): Promise<FakeRequest> {
  const request = new FakeRequest('REGISTER', {
    headers: {
      To: `<${name}>`,
      CSeq: `${++cseq} REGISTER`,
      Contact: '<sip:205@192.0.2.7:5062>',
      Expires: '3600',
      ...headers,
    },
  })
  await registrar.handle(request)
  return request
}

describe('a phone whose password nobody here knows', () => {
  it('is let in on grace when it has shown that it hears, never for longer than the grace', async () => {
    const request = await register()
    expect(answers).toEqual(['onGrace'])
    expect(request.answered('Contact')).toEqual(['<sip:205@192.0.2.7:5062>;expires=90'])
    expect(location.lookup(name)).toHaveLength(1)
    expect(registrar.counts).toMatchObject({ accepted: 1, onGrace: 1, wrongPassword: 0 })
    expect(failures).toEqual([])
    clock.advance(90_000)
    expect(location.lookup(name)).toEqual([])
  })

  it.each(['missing', 'stale'] as const)('is asked first (%s): an address can be forged', async (first) => {
    why = first
    expect((await register()).response.status).toBe(401)
    expect(location.lookup(name)).toEqual([])
  })

  it('does not sign off the other phones of its user', async () => {
    const far = aBinding({ aor: name, source: { transport: 'udp', address: '192.0.2.99', port: 5060 } })
    await location.save(name, { put: [far], remove: [] })
    await register()
    expect(location.lookup(name)).toHaveLength(2)
    await register({ Contact: '*', Expires: '0' })
    expect(location.lookup(name)).toEqual([far])
  })

  it('is called where its REGISTER came from, whatever Path it names', async () => {
    await register({ Path: '<sip:198.51.100.66;lr>', Supported: 'path' })
    expect(location.lookup(name)[0]?.path).toEqual([])
  })

  it('hears when the grace is over, and comes again later; it has not guessed', async () => {
    for (const over of [
      { kind: 'over' } as const,
      { kind: 'covered', user, until: clock.now() + 900 } as const,
    ]) {
      grace = over
      const { response } = await register()
      expect(response).toMatchObject({ status: 503, reason: 'The PBX Is Gone And The Grace Is Over' })
      expect(Number(response.headers?.['Retry-After'])).toBeGreaterThanOrEqual(60)
    }
    expect([failures, location.lookup(name)]).toEqual([[], []])
  })

  it('is told to come again while its PBX is only silent: it has not guessed', async () => {
    grace = { kind: 'early' }
    const { response } = await register()
    expect(response).toMatchObject({ status: 503, reason: 'The PBX Does Not Answer' })
    expect(Number(response.headers?.['Retry-After'])).toBeLessThan(6)
    expect(failures).toEqual([])
  })

  it('is sent away for longer while it is registered at its PBX, which lives', async () => {
    grace = { kind: 'at-pbx' }
    const { response } = await register()
    expect(response).toMatchObject({ status: 503, reason: 'The PBX Is In Charge' })
    expect(Number(response.headers?.['Retry-After'])).toBeGreaterThanOrEqual(60)
    expect(failures).toEqual([])
  })

  it('is a stranger where there is no grace for it: its guess counts, by name', async () => {
    grace = { kind: 'unknown' }
    expect((await register()).response.status).toBe(401)
    expect(failures).toEqual([['192.0.2.7', '205']])
  })
})

it('asks each user by the realm of his domain', async () => {
  await register()
  await register({ To: '<sip:201@site-a.example>' })
  expect(demands.map(({ realm }) => realm)).toEqual(['pbx.example', 'site-a.example'])
})

it('does not answer where too many wrong passwords of a name came from', async () => {
  why = 'blocked'
  expect((await register()).responses).toEqual([])
  expect(registrar.counts.wrongPassword).toBe(1)
})
