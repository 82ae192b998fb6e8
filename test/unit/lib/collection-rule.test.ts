import { describe, expect, it } from 'vitest'
import { afterLook, isCollectionDue, neverCollected, type Quiet } from '../../../src/lib/collection-rule.ts'

const mebibyte = 2 ** 20
const collected = { ...neverCollected, keptBytes: 100 * mebibyte }

/** After looks of 5 s each, with these shares of work. */
function afterShares(quiet: Quiet, shares: readonly number[]): Quiet {
  return shares.reduce(
    (known, share) =>
      afterLook(known, { activeMs: 5_000 * share, idleMs: 5_000 * (1 - share), usedBytes: 0 }),
    quiet,
  )
}

const fortyQuietSeconds = Array.from({ length: 8 }, () => 0.02)

describe('collection rule', () => {
  it('collects when the thread has been quiet for 40 s and holds a quarter more than it kept', () => {
    const quiet = afterShares(collected, fortyQuietSeconds)
    expect(isCollectionDue(quiet, 126 * mebibyte)).toBe(true)
    expect(isCollectionDue(quiet, 124 * mebibyte)).toBe(false)
  })

  it('waits until what a burst of work left is garbage', () => {
    const quiet = afterShares(collected, fortyQuietSeconds.slice(1))
    expect(isCollectionDue(quiet, 500 * mebibyte)).toBe(false)
  })

  it('never collects under load, and begins to wait anew after it', () => {
    const underLoad = afterShares(collected, [...fortyQuietSeconds, 0.06])
    expect(isCollectionDue(underLoad, 500 * mebibyte)).toBe(false)
    expect(isCollectionDue(afterShares(underLoad, [0.02]), 500 * mebibyte)).toBe(false)
    expect(isCollectionDue(afterShares(underLoad, fortyQuietSeconds), 500 * mebibyte)).toBe(true)
  })

  it('leaves a small heap alone that has grown by little', () => {
    const quiet = afterShares({ ...neverCollected, keptBytes: 20 * mebibyte }, fortyQuietSeconds)
    expect(isCollectionDue(quiet, 35 * mebibyte)).toBe(false)
    expect(isCollectionDue(quiet, 36 * mebibyte)).toBe(true)
  })

  it('collects after much work even where the heap has shrunk', () => {
    const afterWork = afterShares(collected, [1, 0.9, ...fortyQuietSeconds])
    expect(isCollectionDue(afterWork, 60 * mebibyte)).toBe(true)
  })

  it('collects what the start of the program left', () => {
    expect(isCollectionDue(afterShares(neverCollected, fortyQuietSeconds), 30 * mebibyte)).toBe(true)
  })
})
