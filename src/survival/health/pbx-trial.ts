import { type Aor, printAor } from '../../domain/aor.ts'
import { fnv1a } from '../../lib/fnv1a.ts'
import type { PbxHealth } from './pbx-health.ts'

/** One user in so many has the PBX back while it is on trial. */
const share = 10
/** Then it is the turn of others, so that in a small office too somebody has. */
const turnMs = 2_000
/** By then it was everybody's turn. */
export const roundMs = share * turnMs

/** Whether this user tries out for all others whether the PBX works again. */
export function isOnTrial(health: PbxHealth, user: Aor, at: number): boolean {
  if (health.name !== 'returning' || !health.trial) return false
  const turn = Math.floor((at - health.trial.since) / turnMs)
  return (fnv1a(printAor(user)) + turn) % share === 0
}
