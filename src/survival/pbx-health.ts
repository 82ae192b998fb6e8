/** Whether a PBX does its work, as a pure machine over what witnesses saw (DESIGN: normal → … → normal). */
export type PbxHealth =
  /** It answers. */
  | { readonly name: 'normal'; readonly since: number; readonly past: PastOutage }
  /** Something went wrong, or nobody has asked yet; it is still used. */
  | {
      readonly name: 'suspect'
      readonly since: number
      readonly past: PastOutage
      readonly optionsLost: number
      readonly requestsFailed: number
      /** OPTIONS answered in a row since the last failure. */
      readonly answered: number
    }
  /** The box stands in for it. */
  | {
      readonly name: 'survival'
      readonly since: number
      readonly past: PastOutage
      readonly holdUntil: number
    }
  /** It answers again, but not for long enough yet. */
  | {
      readonly name: 'returning'
      readonly since: number
      readonly past: PastOutage
      readonly answered: number
    }

/** What a PBX that comes and goes is remembered by. */
export interface PastOutage {
  readonly endedAt: number | undefined
  /** Outages that followed closely on another. */
  readonly relapses: number
}

/**
 * What somebody saw: OPTIONS of the watch, or a real request. `unreachable` is a refusal by the network (ICMP, RST),
 * which leaves little doubt; `timeout` is silence; `unavailable` is the PBX's own 503.
 */
export interface PbxWitness {
  readonly at: number
  /** `manager`: its manager interface, which can be gone while calls go on. */
  readonly by: 'options' | 'request' | 'manager'
  readonly outcome: PbxOutcome
}

export type PbxOutcome = 'answered' | 'unreachable' | 'timeout' | 'unavailable'

export interface PbxHealthSettings {
  readonly failuresToSurvival: number
  readonly successesToReturn: number
  readonly holdDownMs: number
}

/** An outage this soon after the last one is the same trouble. */
const relapseWithinMs = 300_000
const longestHoldDownMs = 300_000
const weights: Readonly<Record<Exclude<PbxOutcome, 'answered'>, number>> = {
  unreachable: 2,
  timeout: 1,
  unavailable: 1,
}

/** Before the first answer nothing is known: the PBX is used, and doubted. */
export function newPbx(at: number): PbxHealth {
  return suspect(at, { endedAt: undefined, relapses: 0 })
}

export function nextPbxHealth(state: PbxHealth, witness: PbxWitness, settings: PbxHealthSettings): PbxHealth {
  // A reason to look closer, and no proof.
  if (witness.by === 'manager') return state.name === 'normal' ? suspect(witness.at, state.past) : state
  switch (state.name) {
    case 'normal':
      if (witness.outcome === 'answered') return state
      return doubt(suspect(witness.at, state.past), witness, settings)
    case 'suspect':
      return doubt(state, witness, settings)
    case 'survival':
      // Real requests do not go to the PBX now; one that was still under way says nothing new.
      if (witness.by !== 'options' || witness.outcome !== 'answered') return state
      if (witness.at < state.holdUntil) return state
      return returning({ ...state, answered: 0 }, witness.at, settings)
    case 'returning':
      if (witness.by !== 'options') return state
      if (witness.outcome === 'answered') return returning(state, witness.at, settings)
      return {
        name: 'survival',
        since: witness.at,
        past: state.past,
        holdUntil: witness.at + settings.holdDownMs,
      }
  }
}

/** Calls and registrations go to the PBX. */
export function isInCharge({ name }: PbxHealth): boolean {
  return name === 'normal' || name === 'suspect'
}

function suspect(at: number, past: PastOutage): Extract<PbxHealth, { name: 'suspect' }> {
  return { name: 'suspect', since: at, past, optionsLost: 0, requestsFailed: 0, answered: 0 }
}

function doubt(
  state: Extract<PbxHealth, { name: 'suspect' }>,
  { at, by, outcome }: PbxWitness,
  settings: PbxHealthSettings,
): PbxHealth {
  if (outcome === 'answered') return reassured(state, { at, by }, settings)
  const weight = weights[outcome]
  const worse = {
    ...state,
    answered: 0,
    optionsLost: state.optionsLost + (by === 'options' ? weight : 0),
    requestsFailed: state.requestsFailed + (by === 'request' ? weight : 0),
  }
  if (worse.optionsLost + worse.requestsFailed < settings.failuresToSurvival) return worse
  return survival(at, state.past, settings)
}

/** A real request that works clears all doubt. OPTIONS alone must work several times: a PBX can answer it and no call. */
function reassured(
  state: Extract<PbxHealth, { name: 'suspect' }>,
  { at, by }: Pick<PbxWitness, 'at' | 'by'>,
  { successesToReturn }: PbxHealthSettings,
): PbxHealth {
  const answered = state.answered + 1
  const isClear = by === 'request' || state.requestsFailed === 0 || answered >= successesToReturn
  if (isClear) return { name: 'normal', since: at, past: state.past }
  return { ...state, answered, optionsLost: 0 }
}

function survival(at: number, past: PastOutage, { holdDownMs }: PbxHealthSettings): PbxHealth {
  const isRelapse = past.endedAt !== undefined && at - past.endedAt < relapseWithinMs
  const relapses = isRelapse ? past.relapses + 1 : 0
  const holdMs = Math.min(holdDownMs * 2 ** Math.min(relapses, 10), Math.max(holdDownMs, longestHoldDownMs))
  return { name: 'survival', since: at, past: { endedAt: past.endedAt, relapses }, holdUntil: at + holdMs }
}

function returning(
  state: {
    readonly since: number
    readonly past: PastOutage
    readonly answered: number
    readonly name: string
  },
  at: number,
  { successesToReturn }: PbxHealthSettings,
): PbxHealth {
  const answered = state.answered + 1
  if (answered >= successesToReturn) {
    return { name: 'normal', since: at, past: { endedAt: at, relapses: state.past.relapses } }
  }
  return {
    name: 'returning',
    since: state.name === 'returning' ? state.since : at,
    past: state.past,
    answered,
  }
}
