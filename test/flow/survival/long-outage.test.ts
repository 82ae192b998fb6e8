import { expect, it } from 'vitest'
import { pbxEntry } from '../../../src/config/sections/pbxs.ts'
import { registrarSection } from '../../../src/config/sections/registrar.ts'
import { type Aor, aor, printAor } from '../../../src/domain/aor.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { Location } from '../../../src/registrar/location.ts'
import { Registrar } from '../../../src/registrar/registrar.ts'
import type { WatchedPbx } from '../../../src/survival/health/pbx-watch.ts'
import { FrontRegistration } from '../../../src/survival/phones/front-registration.ts'
import { PhoneGroups } from '../../../src/survival/phones/phone-groups.ts'
import { RegistrationIntake } from '../../../src/survival/phones/registration-intake.ts'
import { shortExpiry } from '../../../src/survival/phones/short-expiry.ts'
import { FakeNetwork } from '../../support/fake-network.ts'
import { FakeRequest } from '../../support/fake-request.ts'
import { MemoryBindingStore } from '../../support/memory-binding-store.ts'

const domain = 'office.example'
const phones = 200
const dayMs = 24 * 3_600_000
const stepMs = 1_000
/** A phone refreshes a little before what it was granted ends: about once a minute. */
const refreshShare = 0.9

it('200 phones refresh for 24 hours without their PBX: all are answered, none bunch, nothing grows', async () => {
  const { clock, intake, location, network } = await boxInSurvival()
  const nextAt = Array.from({ length: phones }, () => clock.now())
  const cseqs = new Map<number, number>()
  const unlike: FakeRequest[] = []
  let answered = 0
  let most = 0
  for (const end = clock.now() + dayMs; clock.now() < end; clock.advance(stepMs)) {
    const due = [...nextAt.keys()].filter((phone) => (nextAt[phone] ?? 0) <= clock.now())
    if (answered > phones * 100) most = Math.max(most, due.length)
    for (const phone of due) {
      const cseq = (cseqs.get(phone) ?? 0) + 1
      cseqs.set(phone, cseq)
      const request = registration(phone, cseq)
      await intake.handle(request)
      const seconds = Number(/expires=(\d+)/.exec(request.answered('Contact')[0] ?? '')?.[1])
      if (request.response.status !== 200 || !(seconds >= 50 && seconds <= 64)) unlike.push(request)
      nextAt[phone] = clock.now() + seconds * 1_000 * refreshShare
      answered++
    }
  }
  expect(unlike).toEqual([])
  expect(answered).toBeGreaterThan(phones * 24 * 60)
  expect(location.size).toBe(phones)
  expect(intake.inHand).toBe(0)
  expect(clock.pendingTimers).toBeLessThan(5)
  expect(network.sent).toEqual([])
  expect(most).toBeLessThan(phones / 5) // all 200 began in the same second
  await location.stop()
}, 120_000)

async function boxInSurvival() {
  const clock = new FakeClock(1_000_000)
  const network = new FakeNetwork()
  const groups = new PhoneGroups([pbxEntry.parse({ name: 'office', server: '192.0.2.30', domain })])
  const pbx: WatchedPbx = {
    name: 'office',
    domain,
    state: 'survival',
    server: '192.0.2.30',
    transport: 'udp',
  }
  const pbxs = {
    stateOf: () => pbx,
    isInCharge: () => false,
    saw: () => undefined,
  }
  const location = new Location({ store: new MemoryBindingStore(), log: silentLog, clock })
  await location.start()
  const user = (name: Aor) => ({ aor: name, aorText: printAor(name) })
  const registrar = new Registrar({
    demandFor: () => ({ realm: domain }),
    rules: { ...registrarSection.parse({}), maxContacts: 3 },
    digest: {
      check: (request) => ({
        kind: 'authenticated',
        account: user(aor(request.header('X-User') ?? '', domain)),
      }),
    },
    users: { byAor: user },
    location,
    guard: { noteAuthFailure: () => undefined, noteAuthSuccess: () => undefined },
    expiryLimit: shortExpiry({ ways: groups, pbxs, seconds: 64 }),
    log: silentLog,
    clock,
  })
  const front = new FrontRegistration({
    stack: network,
    pbxs,
    ways: groups,
    gate: { admit: async () => ({ kind: 'pbx' }), wasChallenged: () => undefined },
    bindings: location,
    names: { resolve: () => undefined },
    registrar,
    retry: { next: () => 5 },
    clock,
    log: silentLog,
  })
  const intake = new RegistrationIntake({
    next: (request) => front.handle(request),
    retry: { next: () => 5 },
    clock,
    limits: { perTurn: Number.POSITIVE_INFINITY },
  })
  return { clock, intake, location, network }
}

function registration(phone: number, cseq: number): FakeRequest {
  const user = String(2_000 + phone)
  return new FakeRequest('REGISTER', {
    uri: `sip:${domain}`,
    callId: `phone-${user}`,
    source: { transport: 'udp', address: '192.0.2.7', port: 10_000 + phone },
    headers: {
      To: `<sip:${user}@${domain}>`,
      CSeq: `${cseq} REGISTER`,
      Contact: `<sip:${user}@192.0.2.7:${10_000 + phone}>`,
      Expires: '3600',
      'X-User': user,
    },
  })
}
