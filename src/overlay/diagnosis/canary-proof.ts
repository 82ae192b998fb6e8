/** What is proven about this box's place in the overlay. */
export interface Proof {
  /** When another box last found a record of this one, in milliseconds since the Unix epoch. */
  readonly provenAt: number | undefined
  /** Tests that failed since, each with another box. */
  readonly failures: number
  /** Why the last one did. */
  readonly failure: string | undefined
}

/** Two tests and half of a third: a proof must not grow old because one witness failed. */
const freshForMilliseconds = 300_000
/** A single witness may be at fault itself. */
export const failuresBelieved = 3

/** `failure` undefined: the test succeeded. */
export function proofAfter(before: Proof, failure: string | undefined, now: number): Proof {
  if (failure === undefined) return { provenAt: now, failures: 0, failure: undefined }
  return { provenAt: before.provenAt, failures: before.failures + 1, failure }
}

/** Undefined while the proof stands, else in words why it does not. */
export function doubtAbout({ provenAt, failures, failure }: Proof, now: number): string | undefined {
  if (failures >= failuresBelieved) return `${failures} boxes in turn could not prove it: ${failure}`
  if (provenAt === undefined) return failure ?? 'no other box has been asked yet to find a record of this one'
  if (now - provenAt >= freshForMilliseconds) return 'no other box has found a record of this one lately'
  return undefined
}
