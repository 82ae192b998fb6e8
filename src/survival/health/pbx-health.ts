import type { OutageCause } from '../../domain/outage.ts'
import type { DeathSigns } from './death-signs.ts'
import {
  answeredLate,
  type Doubt,
  type DoubtSettings,
  failed,
  isProven,
  type MustWork,
  mustWorkAgain,
  noDoubt,
  reassured,
} from './doubt.ts'
import { absent, beginSurvival, onTheWayBack } from './pbx-return.ts'
import type { PbxWitness } from './pbx-witness.ts'

/**
 * Whether a PBX does its work, as a pure machine over what witnesses saw: normal → suspect → survival → returning →
 * normal. Times in milliseconds since the Unix epoch.
 */
export type PbxHealth =
  /** It answers. */
  | { readonly name: 'normal'; readonly since: number; readonly past: PastOutage }
  /** Something went wrong, or nobody has asked yet; it is still used. */
  | { readonly name: 'suspect'; readonly since: number; readonly past: PastOutage; readonly doubt: Doubt }
  /** The box stands in for it. */
  | {
      readonly name: 'survival'
      readonly since: number
      readonly past: PastOutage
      readonly outage: OutageFacts
      /** It has asked to be left alone until then. */
      readonly askAfter: number
      /** That it has died since, with the calls that it carried. */
      readonly deathSigns?: DeathSigns | undefined
    }
  /** It answers again, but not for long enough yet. */
  | {
      readonly name: 'returning'
      readonly since: number
      readonly past: PastOutage
      readonly outage: OutageFacts
      readonly answered: number
      /** A share of the users has it back, to see whether what failed works again. */
      readonly trial: Trial | undefined
    }

/** What a PBX that comes and goes is remembered by. */
export interface PastOutage {
  readonly endedAt: number | undefined
  /** Outages that followed closely on another. */
  readonly relapses: number
}

export interface OutageFacts {
  /** The first failure that led to the verdict. */
  readonly startedAt: number
  /** The verdict. */
  readonly detectedAt: number
  readonly cause: OutageCause
  /** What must be seen to work. */
  readonly mustWork: MustWork
  /** How long it must answer without a break. */
  readonly holdMs: number
}

export interface Trial {
  readonly since: number
  /** Requests of the kind that had failed which worked. */
  readonly worked: number
}

export interface PbxHealthSettings extends DoubtSettings {
  readonly holdDownMs: number
}

export type State<Name extends PbxHealth['name']> = Extract<PbxHealth, { name: Name }>

export const noPast: PastOutage = { endedAt: undefined, relapses: 0 }

/** Before the first answer nothing is known: the PBX is used, and doubted. */
export function newPbx(at: number, past = noPast): PbxHealth {
  return { name: 'suspect', since: at, past, doubt: noDoubt }
}

export function nextPbxHealth(state: PbxHealth, witness: PbxWitness, settings: PbxHealthSettings): PbxHealth {
  switch (state.name) {
    case 'normal':
      if (isGood(witness) || witness.by === 'late-answer') return state
      return doubted({ ...state, name: 'suspect', since: witness.at, doubt: noDoubt }, witness, settings)
    case 'suspect':
      return doubted(state, witness, settings)
    case 'survival':
      return absent(state, witness, settings)
    case 'returning':
      return onTheWayBack(state, witness, settings)
  }
}

/** Calls and registrations go to the PBX. */
export function isInCharge({ name }: Pick<PbxHealth, 'name'>): boolean {
  return name === 'normal' || name === 'suspect'
}

function doubted(state: State<'suspect'>, witness: PbxWitness, settings: PbxHealthSettings): PbxHealth {
  // A reason to look closer, and no proof.
  if (witness.by === 'manager') return state
  if (witness.by === 'late-answer') return { ...state, doubt: answeredLate(state.doubt) }
  const { at, by, outcome } = witness
  if (outcome === 'unsent') return state
  if (outcome === 'answered' || outcome === 'challenged') {
    const doubt = reassured(state.doubt, outcome === 'answered' ? by : 'options', at, settings)
    if (!doubt && !witness.isSlow) return { name: 'normal', since: at, past: state.past }
    return { ...state, doubt: doubt ?? noDoubt }
  }
  const doubt = failed(state.doubt, by, outcome, at, settings)
  if (!isProven(doubt, settings)) return { ...state, doubt }
  const facts = {
    startedAt: doubt.firstAt ?? at,
    detectedAt: at,
    cause: doubt.cause,
    mustWork: mustWorkAgain(doubt),
  }
  return beginSurvival(state, facts, settings, witness)
}

function isGood(witness: PbxWitness): boolean {
  if (witness.by === 'manager' || witness.by === 'late-answer') return false
  const { outcome, isSlow = false } = witness
  return outcome === 'unsent' || outcome === 'challenged' || (outcome === 'answered' && !isSlow)
}
