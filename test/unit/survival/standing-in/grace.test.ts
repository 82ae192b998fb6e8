import { beforeEach, describe, expect, it } from 'vitest'
import { type Aor, aor, parseAor } from '../../../../src/domain/aor.ts'
import type { Binding } from '../../../../src/domain/binding.ts'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../../src/lib/log.ts'
import { Grace, type GraceParts } from '../../../../src/survival/standing-in/grace.ts'
import { lateForMs } from '../../../../src/survival/standing-in/late-phones.ts'
import { aBinding } from '../../../support/a-binding.ts'

const domain = 'pbx.example'
const verdictAt = 1_700_000_000_000
const minutes = 60
const home = { transport: 'udp', address: '192.0.2.5', port: 5062 } as const
const device = { address: '192.0.2.5', instance: undefined, userAgent: 'Snom' }

let clock: FakeClock
let bindings: Binding[]
let passwords: Set<string>
let inCharge: boolean
let rehearsing: Set<string>
let kept: Map<string, Uint8Array>
let change: (from: string, to: string) => void
let tellExpired: (expired: readonly Binding[]) => void
let grace: Grace
let told: Binding | undefined

beforeEach(() => {
  clock = new FakeClock(verdictAt)
  bindings = [aBinding({ aor: `sip:205@${domain}`, source: home, userAgent: 'Snom', origin: 'pbx' })]
  passwords = new Set(['201'])
  inCharge = true
  rehearsing = new Set()
  kept = new Map()
  told = undefined
  grace = aGrace()
})

function aGrace(more: Partial<GraceParts> = {}): Grace {
  return new Grace({
    minutes,
    pbxs: [{ name: 'main', domain }],
    health: {
      isInCharge: (_domain, [user] = []) => inCharge && !(user && rehearsing.has(user.user)),
      onStateChange: (listener) => {
        change = (from, to) => {
          inCharge = to === 'normal' || to === 'suspect'
          listener({ domain, from, to, at: clock.now() })
        }
      },
    },
    bindings: {
      all: (at) => bindings.filter(({ expiresAt }) => expiresAt > at),
      lookup: (name) => bindings.filter(({ aor, expiresAt }) => aor === name && expiresAt > clock.now()),
      toldOf: (name) => (name === told?.aor ? [told] : []),
      onExpiry: (listener) => {
        tellExpired = listener
      },
    },
    settings: {
      get: async (key) => kept.get(key),
      set: async (key, value) => void kept.set(key, value),
    },
    names: { resolve: ({ user }) => (user === '25' ? aor('205', domain) : undefined) },
    hasPassword: ({ user }) => passwords.has(user),
    clock,
    log: silentLog,
    ...more,
  })
}

const answer = (user: string, of: Partial<typeof device> = {}) =>
  grace.answerTo(aor(user, domain), { ...device, ...of }).kind

/** The phone has registered at the box, and what the PBX had granted is gone. */
const registersHere = () => {
  bindings = bindings.map((binding) => ({ ...binding, origin: 'box' as const }))
}

/** It was registered until then, and its refresh has not come through. */
const runsOut = (expiresAt: number) => {
  bindings = bindings.map((binding) => ({ ...binding, expiresAt }))
}
const isTold = () => {
  tellExpired(bindings)
  bindings = []
}
const dies = () => {
  change('normal', 'suspect')
  change('suspect', 'survival')
}
const isBack = () => {
  change('survival', 'returning')
  change('returning', 'normal')
}

describe('grace', () => {
  it('covers a phone that the PBX had accepted, from the verdict on, to the millisecond', () => {
    change('suspect', 'survival')
    registersHere()
    expect(grace.answerTo(aor('205', domain), device)).toEqual({
      kind: 'covered',
      user: aor('205', domain),
      until: verdictAt + minutes * 60_000,
    })
    clock.advance(minutes * 60_000 - 1)
    expect(answer('205')).toBe('covered')
    clock.advance(1)
    expect(answer('205')).toBe('over')
  })

  it('is not there yet while the PBX is in charge, and those whom it has not accepted it never knows', () => {
    change('normal', 'suspect')
    expect([answer('205'), answer('206'), answer('201')]).toEqual(['early', 'unknown', 'unknown'])
  })

  it.each([
    ['another address', '205', { address: '192.0.2.6' }],
    ['another user', '206', {}],
    ['a telephone of another make', '205', { userAgent: 'friendly phone' }],
    ['a user whose password the box knows', '201', {}],
  ])('does not cover %s', (_, user, of) => {
    bindings.push(aBinding({ aor: `sip:201@${domain}`, source: home, origin: 'pbx' }))
    change('normal', 'survival')
    expect(answer(user, of)).toBe('unknown')
  })

  it('tells two telephones behind one address apart by their instance', () => {
    bindings = bindings.map((binding) => ({ ...binding, instance: '<urn:uuid:1>' }))
    change('normal', 'survival')
    const of = (instance: string) => grace.answerTo(aor('205', domain), { ...device, instance }).kind
    expect([of('<urn:uuid:1>'), of('<urn:uuid:2>')]).toEqual(['covered', 'unknown'])
    // A call may leave it out, a registration does not.
    const nameless = (isWhole: boolean) => grace.answerTo(aor('205', domain), { ...device, isWhole }).kind
    expect([nameless(false), nameless(true)]).toEqual(['covered', 'unknown'])
  })

  it('does not cover who registered at the box only', () => {
    registersHere()
    change('normal', 'survival')
    expect(answer('205')).toBe('unknown')
  })

  it('is not needed by a phone that its living PBX has told of: it has not guessed', () => {
    told = aBinding({ aor: `sip:206@${domain}`, source: home, origin: 'mirror' })
    expect([answer('206'), answer('206', { address: '192.0.2.6' })]).toEqual(['at-pbx', 'unknown'])
    change('normal', 'survival')
    expect(answer('206')).toBe('unknown') // then those that are mirrored count as registered
  })

  it('knows a user by his alias, and a phone that the PBX only told of', () => {
    bindings = bindings.map((binding) => ({ ...binding, origin: 'mirror' as const }))
    change('normal', 'survival')
    expect(answer('25')).toBe('covered')
  })

  it('goes on while the PBX tries to come back, and begins anew in the next outage', () => {
    change('normal', 'survival')
    clock.advance(50 * 60_000)
    change('survival', 'returning')
    change('returning', 'survival')
    clock.advance(10 * 60_000)
    expect(answer('205')).toBe('over')
    change('survival', 'returning')
    change('returning', 'normal')
    expect(answer('205')).toBe('early')
    change('normal', 'suspect')
    change('suspect', 'survival')
    expect(answer('205')).toBe('covered')
  })

  it('is not granted anew to a box that is restarted during an outage', async () => {
    change('normal', 'survival')
    await grace.stop()
    registersHere()
    grace = aGrace()
    await grace.start()
    clock.advance(30 * 60_000)
    expect(answer('205')).toBe('covered')
    change('normal', 'survival') // it has found out once more
    clock.advance(30 * 60_000)
    expect(answer('205')).toBe('over')
  })

  it('begins anew when the PBX lived while the box was down', async () => {
    change('normal', 'survival')
    await grace.stop()
    grace = aGrace()
    await grace.start()
    inCharge = true
    clock.advance(90 * 60_000)
    bindings = bindings.map((binding) => ({ ...binding, registeredAt: clock.now() }))
    change('normal', 'survival')
    expect(answer('205')).toBe('covered')
  })

  describe('of a phone that came to the box, when the PBX dies again before it has gone home', () => {
    beforeEach(() => {
      dies()
      registersHere()
      isBack()
    })

    it('is there, from the new verdict on', () => {
      clock.advance(50 * 60_000)
      expect(answer('205')).toBe('early')
      dies()
      clock.advance(50 * 60_000)
      expect(answer('205')).toBe('covered')
    })

    it('is there when its registration has just run out', () => {
      runsOut(verdictAt + 40_000)
      clock.advance(41_000)
      isTold()
      dies()
      expect(answer('205')).toBe('covered')
    })

    it('is there when the box was restarted meanwhile', async () => {
      await grace.stop()
      grace = aGrace()
      await grace.start()
      dies()
      expect(answer('205')).toBe('covered')
    })

    it('is not there for another telephone, nor for one that has been away for long', () => {
      runsOut(verdictAt + 40_000)
      clock.advance(40_000)
      isTold()
      clock.advance(lateForMs)
      dies()
      expect(answer('205')).toBe('unknown')
      isBack()
      bindings = [aBinding({ aor: `sip:205@${domain}`, source: { ...home, address: '192.0.2.9' } })]
      dies()
      expect(answer('205', { address: '192.0.2.9' })).toBe('unknown')
    })
  })

  it('goes on in earnest when the PBX dies while a phone rehearses, or just after', () => {
    rehearsing.add('205')
    expect(answer('205')).toBe('covered')
    registersHere()
    change('normal', 'survival')
    expect(answer('205')).toBe('covered')
    rehearsing.clear()
    isBack()
    dies()
    expect(answer('205')).toBe('covered')
  })

  it('covers a phone whose registration ran out between the death of the PBX and the verdict', () => {
    runsOut(verdictAt + 2_000)
    change('normal', 'suspect')
    clock.advance(3_000)
    isTold()
    expect(answer('205')).toBe('early')
    clock.advance(5_000)
    change('suspect', 'survival')
    expect(answer('205')).toBe('covered')
    clock.advance(lateForMs)
    expect(answer('205')).toBe('covered')
  })

  it('covers one whose registration ran out just before the verdict, and is not told of yet', () => {
    runsOut(verdictAt + 2_000)
    clock.advance(2_500)
    change('suspect', 'survival')
    expect(answer('205')).toBe('covered')
  })

  it('is none when it is switched off', () => {
    grace = aGrace({ minutes: 0 })
    change('normal', 'survival')
    expect(answer('205')).toBe('over')
  })

  it('holds in a rehearsal, refreshes included, for those who rehearse', () => {
    rehearsing.add('205')
    expect(answer('205')).toBe('covered')
    registersHere()
    expect(answer('205')).toBe('covered')
    rehearsing.clear()
    expect(answer('205')).toBe('early')
  })

  it('doubts who came to the box until he has been with the PBX again', () => {
    const doubts = () => ['205', '201'].map((user) => grace.isDoubtful(aor(user, domain)))
    expect(doubts()).toEqual([false, false])
    dies()
    expect(doubts()).toEqual([true, false])
    registersHere()
    isBack()
    expect(doubts()).toEqual([true, false])
    bindings = bindings.map((binding) => ({ ...binding, origin: 'pbx' as const }))
    expect(doubts()).toEqual([false, false])
  })

  it('says of whom nobody can prove to be him', () => {
    const holds = (user: string) => grace.holds(parseAor(user) as Aor)
    change('normal', 'survival')
    expect([`205@${domain}`, `201@${domain}`, '205@site-a.example'].map(holds)).toEqual([true, false, false])
    change('survival', 'normal')
    expect(holds(`205@${domain}`)).toBe(false)
  })
})
