/** Whether a trunk is worth trying first, by what OPTIONS and real calls told; a pure machine. */
export interface TrunkHealth {
  /** OPTIONS lost in a row; undefined before the first answer or loss. */
  readonly optionsLost: number | undefined
  readonly callsFailed: number
  /** How often in a row it had to rest. */
  readonly rests: number
  readonly restsUntil: number
  /** The last thing that was seen. */
  readonly why: string
}

export type TrunkWitness =
  | { readonly type: 'options'; readonly at: number; readonly isAnswered: boolean; readonly why: string }
  | { readonly type: 'call'; readonly at: number; readonly isCarried: boolean; readonly why: string }

export const unknownHealth: TrunkHealth = {
  optionsLost: undefined,
  callsFailed: 0,
  rests: 0,
  restsUntil: 0,
  why: 'not asked yet',
}

const lostToDown = 2
const failedToRest = 3
const firstRestMs = 30_000
const longestRestMs = 300_000

export function nextHealth(health: TrunkHealth, witness: TrunkWitness): TrunkHealth {
  const { why } = witness
  if (witness.type === 'options') {
    return { ...health, why, optionsLost: witness.isAnswered ? 0 : (health.optionsLost ?? 0) + 1 }
  }
  if (witness.isCarried) return { ...unknownHealth, why, optionsLost: 0 }
  const callsFailed = health.callsFailed + 1
  if (callsFailed < failedToRest) return { ...health, why, callsFailed }
  const restMs = Math.min(longestRestMs, firstRestMs * 2 ** Math.min(health.rests, 10))
  // After its rest one more failure is enough: it is on probation until a call is carried.
  return {
    ...health,
    why,
    callsFailed: failedToRest - 1,
    rests: health.rests + 1,
    restsUntil: witness.at + restMs,
  }
}

/** A trunk that nobody has asked yet is worth a try. */
export function isHealthy(health: TrunkHealth, at: number): boolean {
  return !isDown(health) && at >= health.restsUntil
}

/** It does not answer OPTIONS. */
export function isDown({ optionsLost = 0 }: TrunkHealth): boolean {
  return optionsLost >= lostToDown
}

/** Its rest is over, and the next call decides whether it rests again. */
export function isOnProbation({ rests, restsUntil }: TrunkHealth, at: number): boolean {
  return rests > 0 && at >= restsUntil
}
