import { describe, expect, it } from 'vitest'
import type { Binding } from '../../../../src/domain/binding.ts'
import { phoneResults } from '../../../../src/survival/rehearsal/phone-results.ts'
import { newRun, nextRun, type RehearsalRun } from '../../../../src/survival/rehearsal/rehearsal-run.ts'
import { aBinding } from '../../../support/a-binding.ts'

const user = 'sip:201@pbx.example'
const start = 1_000_000

/** What the PBX granted before; it ends in the middle of the rehearsal. */
const atPbx = aBinding({
  aor: user,
  origin: 'pbx',
  registeredAt: start - 60_000,
  expiresAt: start + 30_000,
  cseq: 1,
})
const atBox = aBinding({
  aor: user,
  origin: 'box',
  registeredAt: start + 20_000,
  expiresAt: start + 80_000,
  cseq: 2,
})
const homeAgain = aBinding({
  aor: user,
  origin: 'pbx',
  registeredAt: start + 70_000,
  expiresAt: start + 400_000,
  cseq: 3,
})

function begun(bindings: readonly Binding[] = [atPbx]): RehearsalRun {
  const settings = { forMs: 60_000, returnWithinMs: 90_000 }
  return newRun({ ...settings, at: start, users: [user], bindings: () => bindings })
}

function looked(run: RehearsalRun, afterMs: number, ...bindings: Binding[]): RehearsalRun {
  return nextRun(run, { type: 'looked', at: start + afterMs, bindings: () => bindings })
}

function outcomes(run: RehearsalRun): string[] {
  return phoneResults(run).map(
    ({ check, subject, outcome, text }) => `${check} ${subject} ${outcome}: ${text}`,
  )
}

describe('a rehearsal', () => {
  it('is over when every phone that came has spoken to its PBX again', () => {
    let run = looked(begun(), 20_500, atBox)
    expect(outcomes(run)).toEqual(['registration 201 pass: registered at the box by its password'])
    run = looked(run, 60_000, atBox)
    expect(run).toMatchObject({ name: 'returning', until: start + 150_000, end: { isEarly: false } })
    run = looked(run, 71_000, homeAgain)
    expect(run).toMatchObject({ name: 'over', at: start + 71_000, isReturnJudged: true })
    expect(outcomes(run)).toEqual([
      'registration 201 pass: registered at the box by its password',
      'return 201 pass: is back at the PBX',
    ])
  })

  it('does not take what the box said to the PBX for the word of the phone', () => {
    const led: Binding = { ...atBox, origin: 'pbx', registeredAt: start + 61_000, expiresAt: start + 999_000 }
    let run = looked(looked(begun(), 20_500, atBox), 60_000, atBox)
    run = looked(run, 62_000, led)
    expect(run.name).toBe('returning')
    run = looked(run, 150_000, led)
    expect(outcomes(run).at(-1)).toBe('return 201 fail: phone 201 did not come back')
  })

  it('misses a phone that had to register and did not', () => {
    const run = looked(begun(), 60_000)
    expect(outcomes(run)).toEqual(['registration 201 fail: phone 201 did not come'])
  })

  it('says nothing bad of a phone that need not register yet, but proves nothing with it alone', () => {
    const patient: Binding = { ...atPbx, expiresAt: start + 3_600_000 }
    const run = looked(looked(begun([patient]), 60_000, patient), 60_500, patient)
    expect(run.name).toBe('over')
    expect(outcomes(run)).toEqual([
      'registration 201 not-applicable: need not register for another 60 min',
      'registration all fail: no phone registered at the box: nothing is proved',
      'return 201 pass: stayed registered at the PBX',
    ])
  })

  it('counts a phone that holds a registration here beside that at its PBX as here', () => {
    const held: Binding = { ...atBox, registeredAt: start - 1 }
    const run = looked(looked(begun([held]), 60_000, held), 60_500, held)
    expect(outcomes(run)).toEqual([
      'registration 201 pass: holds a registration at the box beside that at the PBX',
    ])
  })

  it('wants all phones of a user', () => {
    const second = { ...atPbx, contact: 'sip:201@192.0.2.8', callId: 'call-2' }
    const secondHere = { ...atBox, contact: 'sip:201@192.0.2.8', callId: 'call-2' }
    const run = looked(begun([atPbx, second]), 21_000, atBox, second)
    expect(outcomes(run)).toEqual([])
    expect(outcomes(looked(run, 22_000, atBox, secondHere))).toEqual([
      'registration 201 pass: registered at the box by its password, all 2 phones',
    ])
  })

  it('frees the phones at once when something real comes, and still awaits them', () => {
    const run = nextRun(begun(), { type: 'stopped', at: start + 5_000, why: 'somebody called for help' })
    expect(run).toMatchObject({ name: 'returning', end: { isEarly: true, why: 'somebody called for help' } })
    expect(outcomes(looked(run, 6_000, atPbx))).toEqual([
      'registration 201 not-applicable: the rehearsal ended before it came',
      'return 201 pass: stayed registered at the PBX',
    ])
  })

  it.each(['away', 'returning'])(
    'judges no return when the PBX is really lost while the phones are %s',
    (name) => {
      const before = name === 'away' ? begun() : looked(begun(), 60_000, atBox)
      expect(before.name).toBe(name)
      const run = nextRun(before, { type: 'broken-off', at: start + 61_000, why: 'PBX office really failed' })
      expect(run).toMatchObject({ name: 'over', end: { isEarly: true, why: 'PBX office really failed' } })
      expect(outcomes(run)).toContain('return 201 not-applicable: the rehearsal was broken off')
    },
  )
})
