import type { FuzzTarget } from './fuzz-target.ts'
import { fuzzTargets } from './fuzz-targets.ts'
import { faultOf, minimise } from './minimise.ts'
import { RandomSource } from './random-source.ts'

export interface Finding {
  readonly target: string
  /** Makes the same case again. */
  readonly seed: number
  readonly fault: string
  readonly sample: unknown
}

export interface FuzzReport {
  /** Cases that were checked, by target. */
  readonly cases: Readonly<Record<string, number>>
  readonly finding: Finding | undefined
}

/** Which cases are made: each has a seed of its own, counted up from the first. */
export interface FuzzPlan {
  readonly firstSeed: number
  readonly mayGoOn: (cases: number) => boolean
  readonly targets?: readonly FuzzTarget<unknown>[]
}

/** Checks cases of all targets in turn until one fails, which is minimised, or the plan has enough. */
export async function fuzz({ firstSeed, mayGoOn, targets = fuzzTargets }: FuzzPlan): Promise<FuzzReport> {
  const cases: Record<string, number> = {}
  for (let n = 0; mayGoOn(n); n++) {
    const seed = firstSeed + n
    for (const target of targets) {
      const rounds = target.name === 'engine' ? 1 : 20
      for (let round = 0; round < rounds; round++) {
        const sample = target.generate(new RandomSource(seed * 31 + round))
        cases[target.name] = (cases[target.name] ?? 0) + 1
        const fault = await faultOf(target, sample)
        if (fault) return { cases, finding: await findingOf(target, seed, sample, fault) }
      }
    }
  }
  return { cases, finding: undefined }
}

async function findingOf(
  target: FuzzTarget<unknown>,
  seed: number,
  found: unknown,
  first: Error,
): Promise<Finding> {
  const sample = await minimise(target, found)
  const fault = (await faultOf(target, sample)) ?? first
  return { target: target.name, seed, fault: fault.stack ?? fault.message, sample }
}
