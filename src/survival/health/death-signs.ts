import type { OutageCause } from '../../domain/outage.ts'
import type { PbxOutcome } from './pbx-witness.ts'

/** Failures in a row of a PBX that went on with its calls when the box took over. */
export interface DeathSigns {
  /** Milliseconds since the Unix epoch. */
  readonly since: number
  /** A refusal by the network counts twice. */
  readonly weight: number
}

/** The calls that it carried are dead too; of one that takes no new calls, or whose name is not found, they go on. */
export function carriesNothing(cause: OutageCause | undefined): boolean {
  return cause === 'refused' || cause === 'silent' || cause === 'network'
}

/** Undefined after a sign of life. */
export function nextDeathSigns(
  signs: DeathSigns | undefined,
  outcome: PbxOutcome,
  at: number,
): DeathSigns | undefined {
  if (outcome === 'unsent') return signs
  if (outcome !== 'timeout' && outcome !== 'unreachable') return undefined
  return {
    since: Math.min(signs?.since ?? at, at),
    weight: (signs?.weight ?? 0) + (outcome === 'unreachable' ? 2 : 1),
  }
}

export function isDeath(
  { since, weight }: DeathSigns,
  at: number,
  needed: { readonly failuresToSurvival: number; readonly patienceMs: number },
): boolean {
  return weight >= needed.failuresToSurvival && at - since >= needed.patienceMs
}
