import { beforeEach, describe, expect, it } from 'vitest'
import type { Binding } from '../../../../src/domain/binding.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'
import type { WatchedPbx } from '../../../../src/survival/health/pbx-watch.ts'
import { FrontGate } from '../../../../src/survival/phones/front-gate.ts'
import { readRegisterFacts } from '../../../../src/survival/phones/register-facts.ts'
import type { PaceRank } from '../../../../src/survival/phones/registration-pace.ts'
import { aBinding } from '../../../support/a-binding.ts'
import { FakeRequest } from '../../../support/fake-request.ts'

const user = 'sip:201@office.example'
const contact = 'sip:201@192.0.2.7:5062'
const pbx: WatchedPbx = {
  name: 'office',
  domain: 'office.example',
  state: 'normal',
  server: '192.0.2.30',
  transport: 'udp',
}
const clock = new FakeClock(1_000_000)
let bindings: Binding[]
let isLimited: boolean
let isFull: boolean
let isToBeLed: boolean
let isAwaited: boolean
let ranks: PaceRank[]
let gate: FrontGate

beforeEach(() => {
  bindings = []
  isLimited = true
  isFull = false
  isToBeLed = false
  isAwaited = false
  ranks = []
  gate = new FrontGate({
    pace: () => ({
      isLimited,
      turn: (rank) => {
        ranks.push(rank)
        return isFull ? undefined : Promise.resolve()
      },
    }),
    homecoming: { isToBeLed: () => isToBeLed, isAwaited: () => isAwaited },
    bindings: { lookup: () => bindings },
    clock,
  })
})

/** Granted for 400 s, of which so many are left. */
function granted(leftSeconds: number, more: Partial<Binding> = {}): void {
  const expiresAt = clock.now() + leftSeconds * 1_000
  bindings = [
    aBinding({ aor: user, contact, origin: 'pbx', expiresAt, registeredAt: expiresAt - 400_000, ...more }),
  ]
}

async function verdict(headers: Record<string, string> = {}, port = 5062) {
  const request = new FakeRequest('REGISTER', {
    source: { transport: 'udp', address: '192.0.2.7', port },
    headers: { To: `<${user}>`, Contact: `<${contact}>`, Expires: '3600', ...headers },
  })
  const facts = readRegisterFacts(request)
  if (!facts) throw new Error('no REGISTER')
  return gate.admit(pbx, request, facts, user)
}

describe('a REGISTER for a PBX that lives', () => {
  it('passes without a look while there is no limit', async () => {
    isLimited = false
    granted(300)
    expect(await verdict()).toEqual({ kind: 'pbx' })
    expect(ranks).toEqual([])
  })

  it('is answered by the box when it only repeats what the PBX has granted, for no longer than that', async () => {
    granted(300)
    expect(await verdict()).toMatchObject({ kind: 'kept', registration: { seconds: 300 } })
    expect(await verdict({ Expires: '120' })).toMatchObject({ kind: 'kept', registration: { seconds: 120 } })
  })

  it.each([
    ['in the last quarter of what was granted', () => granted(99), {}, 5062],
    ['from another address', () => granted(300), {}, 5063],
    ['for another contact', () => granted(300), { Contact: '<sip:201@192.0.2.7:5070>' }, 5062],
    [
      'from another device',
      () => granted(300),
      { Contact: `<${contact}>;+sip.instance="<urn:uuid:2>"` },
      5062,
    ],
    ['that takes it back', () => granted(300), { Expires: '0' }, 5062],
    ['of a phone that only the box knows', () => granted(300, { origin: 'box' }), {}, 5062],
  ])('goes to the PBX in its turn: one %s', async (_which, given, headers, port) => {
    given()
    expect(await verdict(headers, port)).toEqual({ kind: 'pbx' })
    expect(ranks).toEqual(['phone'])
  })

  it('stays with the box as long as the box is about to lead the phone home', async () => {
    isToBeLed = true
    expect(await verdict()).toEqual({ kind: 'box' })
  })

  it('goes to the PBX when that may have forgotten what it has granted', async () => {
    granted(300)
    isAwaited = true
    expect(await verdict()).toEqual({ kind: 'pbx' })
  })

  it('goes before the others when it answers the challenge of the PBX', async () => {
    granted(300)
    gate.wasChallenged(new FakeRequest('REGISTER'))
    await verdict()
    await verdict({ Expires: '0' })
    expect(ranks).toEqual(['answer', 'phone'])
  })

  it('is told what is true when there is no room, and else to come later', async () => {
    isFull = true
    granted(40, { origin: 'box' })
    expect(await verdict()).toMatchObject({ kind: 'kept', registration: { seconds: 40 } })
    granted(14, { origin: 'box' })
    expect(await verdict()).toEqual({ kind: 'later' })
  })
})
