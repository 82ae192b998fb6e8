import { carriesNothing, isDeath, nextDeathSigns } from './death-signs.ts'
import type { OutageFacts, PbxHealth, PbxHealthSettings, State } from './pbx-health.ts'
import { roundMs } from './pbx-trial.ts'
import type { PbxWitness } from './pbx-witness.ts'

/** An outage this soon after the last one is the same trouble. */
const relapseWithinMs = 300_000
const longestHoldDownMs = 300_000
/** However long the PBX asks to be left alone. */
export const longestRetryAfterMs = 120_000

/** The verdict, after the witness that was one too many. */
export function beginSurvival(
  { past }: PbxHealth,
  facts: Omit<OutageFacts, 'holdMs'>,
  { holdDownMs }: PbxHealthSettings,
  witness?: PbxWitness,
): State<'survival'> {
  const { detectedAt, cause } = facts
  // What a person orders is held against no PBX.
  const isRelapse =
    cause !== 'switched' && past.endedAt !== undefined && detectedAt - past.endedAt < relapseWithinMs
  const relapses = isRelapse ? past.relapses + 1 : 0
  const holdMs = bounded(holdDownMs * 2 ** Math.min(relapses, 10), holdDownMs)
  const begun: State<'survival'> = {
    name: 'survival',
    since: detectedAt,
    past: { ...past, relapses },
    outage: { ...facts, holdMs },
    askAfter: 0,
  }
  return witness ? leftAlone(begun, witness) : begun
}

/** The box stands in, and sees something of the PBX. */
export function absent(
  state: State<'survival'>,
  witness: PbxWitness,
  settings: PbxHealthSettings,
): PbxHealth {
  // Real requests do not go to the PBX now; one that was still under way says nothing new.
  if (witness.by === 'late-answer') return { ...state, deathSigns: undefined }
  if (witness.by !== 'options') return state
  if (witness.outcome !== 'answered') return leftAlone(looked(state, witness, settings), witness)
  const { askAfter } = state
  if (witness.at < askAfter && askAfter - witness.at <= longestRetryAfterMs) return state
  const { past, outage } = state
  return answeredAgain(
    { name: 'returning', since: witness.at, past, outage, answered: 0, trial: undefined },
    witness.at,
    settings,
  )
}

/** One that was overloaded, or switched away from, and then gives no sign of life has died: that is the cause now. */
function looked(
  state: State<'survival'>,
  { at, outcome }: Extract<PbxWitness, { outcome: unknown }>,
  settings: PbxHealthSettings,
): State<'survival'> {
  if (carriesNothing(state.outage.cause)) return state
  const deathSigns = nextDeathSigns(state.deathSigns, outcome, at)
  if (!deathSigns || !isDeath(deathSigns, at, settings)) return { ...state, deathSigns }
  const cause = outcome === 'unreachable' ? 'refused' : 'silent'
  return { ...state, outage: { ...state.outage, cause }, deathSigns: undefined }
}

/** It answers again: for how long, and does what failed work again? */
export function onTheWayBack(
  last: State<'returning'>,
  witness: PbxWitness,
  settings: PbxHealthSettings,
): PbxHealth {
  const state = notFromLaterThan(last, witness.at)
  if (witness.by === 'manager' || witness.by === 'late-answer' || witness.outcome === 'unsent') return state
  const { at, by, outcome } = witness
  if (by === 'options') {
    return outcome === 'answered' ? answeredAgain(state, at, settings) : fallenBack(state, witness)
  }
  // Before the trial no request is sent to it; one that was still under way says nothing new.
  if (!state.trial) return state
  if (outcome === 'challenged') return state
  if (outcome !== 'answered') {
    const holdMs = bounded(2 * state.outage.holdMs, settings.holdDownMs)
    return fallenBack({ ...state, outage: { ...state.outage, holdMs } }, witness)
  }
  if (by !== state.outage.mustWork) return state
  const worked = state.trial.worked + 1
  return worked >= settings.successesToReturn
    ? returned(state, at)
    : { ...state, trial: { ...state.trial, worked } }
}

function answeredAgain(
  state: State<'returning'>,
  at: number,
  { successesToReturn }: PbxHealthSettings,
): PbxHealth {
  const { trial, outage, since } = state
  const answered = state.answered + 1
  const isStable = answered >= successesToReturn && at - since >= outage.holdMs
  if (!isStable) return { ...state, answered }
  if (outage.mustWork === 'options') return returned(state, at)
  if (!trial) return { ...state, answered, trial: { since: at, worked: 0 } }
  // Nobody has called in all that time: there is nothing more to learn by waiting.
  const isOver = at - trial.since >= Math.max(outage.holdMs, roundMs)
  return isOver ? returned(state, at) : { ...state, answered }
}

/** A clock that was set back must not make the way longer. */
function notFromLaterThan(state: State<'returning'>, at: number): State<'returning'> {
  const { since, trial } = state
  if (since <= at && (trial?.since ?? at) <= at) return state
  return {
    ...state,
    since: Math.min(since, at),
    trial: trial && { ...trial, since: Math.min(trial.since, at) },
  }
}

function returned({ past, outage }: State<'returning'>, at: number): PbxHealth {
  if (outage.cause === 'switched') return { name: 'normal', since: at, past }
  return { name: 'normal', since: at, past: { endedAt: at, relapses: past.relapses } }
}

function fallenBack({ past, outage }: State<'returning'>, witness: PbxWitness): PbxHealth {
  return leftAlone({ name: 'survival', since: witness.at, past, outage, askAfter: 0 }, witness)
}

function leftAlone(state: State<'survival'>, witness: PbxWitness): State<'survival'> {
  const retryAfterMs = 'retryAfterMs' in witness ? witness.retryAfterMs : undefined
  if (retryAfterMs === undefined) return state
  return { ...state, askAfter: witness.at + Math.min(retryAfterMs, longestRetryAfterMs) }
}

function bounded(holdMs: number, leastMs: number): number {
  return Math.min(holdMs, Math.max(leastMs, longestHoldDownMs))
}
