import type { RandomSource } from './random-source.ts'

/** Something to be fuzzed. Cases are plain JSON, so that a failing one can be kept as a fixture. */
export interface FuzzTarget<Case> {
  readonly name: string
  generate(random: RandomSource): Case
  /** Rejects or throws when the case shows a defect. */
  check(sample: Case): void | Promise<void>
  /** Simpler cases that might show the same. */
  simpler(sample: Case): Iterable<Case>
}

/** What a target's check throws for a broken promise of the engine. */
export class Violation extends Error {
  override readonly name = 'Violation'
}

export function demand(condition: boolean, promise: string): asserts condition {
  if (!condition) throw new Violation(promise)
}
