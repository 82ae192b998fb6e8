/** What a thread did since it was looked at last, and what its heap holds now. */
export interface Look {
  readonly activeMs: number
  readonly idleMs: number
  /** Garbage among it. */
  readonly usedBytes: number
}

/** What is known since the last collection that this rule asked for. */
export interface Quiet {
  /** For how long the thread has done next to nothing. */
  readonly quietMs: number
  /** How long it was at work, all in all. */
  readonly workedMs: number
  /** What the heap held after that collection. */
  readonly keptBytes: number
}

/** Before the first collection: the start of a program leaves garbage too. */
export const neverCollected: Quiet = { quietMs: 0, workedMs: 0, keptBytes: 0 }

const quietShare = 0.05
// Timer J and Timer H keep transactions for 32 s after their end (RFC 3261 §17.2): collected earlier, they would stay.
// It is also the least time between two collections.
const quietForMs = 40_000
const leastGrowthBytes = 16 * 2 ** 20
const leastGrowthShare = 0.25
// Work may leave garbage where as much has gone before: then the heap has not grown, and a collection is due all the same.
const workedForMs = 10_000

/** Takes note of a look. */
export function afterLook(quiet: Quiet, { activeMs, idleMs }: Look): Quiet {
  const passedMs = activeMs + idleMs
  const isQuiet = activeMs <= passedMs * quietShare
  return {
    quietMs: isQuiet ? quiet.quietMs + passedMs : 0,
    workedMs: quiet.workedMs + activeMs,
    keptBytes: quiet.keptBytes,
  }
}

/**
 * Whether to collect now: V8 collects only when something is allocated, and a thread that has fallen quiet would keep the
 * garbage of its busiest hour. `quiet` has taken note of the look that found `usedBytes`.
 */
export function isCollectionDue(quiet: Quiet, usedBytes: number): boolean {
  if (quiet.quietMs < quietForMs) return false
  const growth = usedBytes - quiet.keptBytes
  const hasGrown = growth >= Math.max(leastGrowthBytes, quiet.keptBytes * leastGrowthShare)
  return hasGrown || quiet.workedMs >= workedForMs
}
