import { describe, expect, it } from 'vitest'
import { noDoubt } from '../../../../src/survival/health/doubt.ts'
import { noPast, type PbxHealth, type PbxHealthSettings } from '../../../../src/survival/health/pbx-health.ts'
import { isHeld, lockedName, longestLockMs, type PbxLock } from '../../../../src/survival/health/pbx-lock.ts'
import { resumed, switched } from '../../../../src/survival/health/pbx-orders.ts'
import { printSavedHealth, readSavedHealth } from '../../../../src/survival/health/saved-health.ts'

const settings: PbxHealthSettings = {
  failuresToSurvival: 3,
  patienceMs: 2_500,
  successesToReturn: 3,
  holdDownMs: 30_000,
}
const normal: PbxHealth = { name: 'normal', since: 0, past: noPast }
const suspect: PbxHealth = { name: 'suspect', since: 0, past: noPast, doubt: noDoubt }
const gone: PbxHealth = {
  name: 'survival',
  since: 5_000,
  past: { endedAt: 1_000, relapses: 1 },
  outage: { startedAt: 2_000, detectedAt: 5_000, cause: 'silent', mustWork: 'options', holdMs: 60_000 },
  askAfter: 0,
}
const returning: PbxHealth = {
  ...{ name: 'returning', since: 90_000, past: noPast, outage: gone.outage },
  ...{ answered: 7, trial: undefined },
}

describe('a lock', () => {
  it.each([
    ['survival', normal, 'survival'],
    ['survival', returning, 'survival'],
    ['normal', normal, 'normal'],
    ['normal', suspect, 'suspect'],
    ['normal', gone, 'suspect'],
  ] as const)('to %s makes of a PBX that is %o: %s', (to, health, name) => {
    const lock: PbxLock = { to, since: 0, until: 1_000, by: 'anna' }
    expect(lockedName(health, lock, 999)).toBe(name)
    expect(lockedName(health, lock, 1_000)).toBe(health.name)
  })

  it('does not last for ever because the clock was set back', () => {
    const since = longestLockMs * 2
    expect(isHeld({ to: 'normal', since, until: since + 1_000, by: 'anna' }, longestLockMs - 1)).toBe(false)
  })
})

describe('a switch by hand', () => {
  it('begins an outage of its own, which is held down as any other', () => {
    expect(switched(normal, 'survival', 70_000, settings)).toMatchObject({
      name: 'survival',
      outage: { startedAt: 70_000, detectedAt: 70_000, cause: 'switched', holdMs: 30_000 },
    })
  })

  it('leaves an outage alone that there is already, and begins the way back anew', () => {
    expect(switched(gone, 'survival', 95_000, settings)).toBe(gone)
    expect(switched(returning, 'survival', 95_000, settings)).toMatchObject({
      ...{ name: 'survival', since: 95_000, outage: gone.outage },
    })
  })

  it('ends an outage at once, and nothing is held against the PBX', () => {
    const past = { endedAt: 95_000, relapses: 0 }
    expect(switched(gone, 'normal', 95_000, settings)).toEqual({ name: 'normal', since: 95_000, past })
  })
})

describe('after a restart', () => {
  it('an outage goes on with its hold-down, unless it was seen long ago', () => {
    expect(resumed(gone, 60_000, 70_000)).toEqual(gone)
    expect(resumed(returning, 90_000, 95_000)).toMatchObject({ name: 'survival', outage: { holdMs: 60_000 } })
    expect(resumed(gone, 60_000, 60_000 + 600_000)).toMatchObject({ name: 'survival', outage: { holdMs: 0 } })
  })

  it('a PBX that was well is used, and asked', () => {
    expect(resumed(normal, 60_000, 70_000)).toMatchObject({ name: 'suspect', since: 70_000 })
  })

  it.each([normal, suspect, gone])('reads what it has written: %o', (health) => {
    for (const lock of [undefined, { to: 'survival', since: 1, until: 2, by: 'anna' } as const]) {
      const saved = { savedAt: 9_000, since: 8_000, health, why: 'OPTIONS met silence', lock }
      expect(readSavedHealth(printSavedHealth(saved))).toEqual(saved)
    }
  })

  it('forgets how far a return had come', () => {
    const saved = { savedAt: 9_000, since: 8_000, health: returning, why: '', lock: undefined }
    expect(readSavedHealth(printSavedHealth(saved)).health).toMatchObject({ answered: 0, trial: undefined })
  })

  it.each([
    '',
    '{}',
    '{"version":2}',
    '{"version":1,"savedAt":1,"since":1,"why":"","health":{"name":"dead"}}',
  ])('refuses what it has not written: %s', (text) => {
    expect(() => readSavedHealth(new TextEncoder().encode(text))).toThrow()
  })
})
