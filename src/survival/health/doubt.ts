import type { PbxFailure, PbxRequest } from './pbx-witness.ts'

/** What speaks against a PBX that is still used. */
export interface Doubt {
  /** Failures since the last success of the same kind. A refusal by the network counts twice. */
  readonly failed: Readonly<Record<PbxRequest, number>>
  /** Milliseconds since the Unix epoch; undefined while nothing has failed. */
  readonly firstAt: number | undefined
  readonly lastAt: number
  readonly cause: DoubtCause
  /** Requests that met silence since the PBX last gave a sign of life. */
  readonly silences: number
  /** OPTIONS answered in a row since the last failure. */
  readonly answered: number
}

export type MustWork = 'options' | 'invite'

export type DoubtCause = 'refused' | 'silent' | 'overloaded'

export interface DoubtSettings {
  readonly failuresToSurvival: number
  readonly patienceMs: number
  readonly successesToReturn: number
}

export const noDoubt: Doubt = {
  failed: { options: 0, invite: 0, register: 0 },
  firstAt: undefined,
  lastAt: 0,
  cause: 'silent',
  silences: 0,
  answered: 0,
}

const weights: Readonly<Record<PbxFailure, number>> = { unreachable: 2, timeout: 1, unavailable: 1 }
const causes: Readonly<Record<PbxFailure, DoubtCause>> = {
  unreachable: 'refused',
  timeout: 'silent',
  unavailable: 'overloaded',
}
/** Failed requests that none followed are believed to have been an accident after this time. */
const forgottenAfterMs = 10_000

export function failed(
  doubt: Doubt,
  by: PbxRequest,
  outcome: PbxFailure,
  at: number,
  { failuresToSurvival }: DoubtSettings,
): Doubt {
  const silences = outcome === 'timeout' ? doubt.silences + 1 : 0
  // Who answers at times, though late, is not silent.
  const isLate = outcome === 'timeout' && doubt.cause === 'overloaded' && silences < failuresToSurvival
  return {
    failed: { ...doubt.failed, [by]: doubt.failed[by] + weights[outcome] },
    // A clock that was set back must not make the PBX's time longer.
    firstAt: Math.min(doubt.firstAt ?? at, at),
    lastAt: at,
    cause: isLate ? 'overloaded' : causes[outcome],
    silences,
    answered: 0,
  }
}

/** It lives, though it cannot keep up. */
export function answeredLate(doubt: Doubt): Doubt {
  return doubt.firstAt === undefined ? doubt : { ...doubt, cause: 'overloaded', silences: 0 }
}

/**
 * What is left of the doubt after a success; undefined when nothing is. A call that works clears all. OPTIONS clears only
 * itself at once: a PBX can answer it and no call.
 */
export function reassured(
  doubt: Doubt,
  by: PbxRequest,
  at: number,
  settings: DoubtSettings,
): Doubt | undefined {
  if (by === 'invite') return undefined
  const answered = doubt.answered + (by === 'options' ? 1 : 0)
  const left = { ...doubt, answered, silences: 0, failed: { ...doubt.failed, options: 0, [by]: 0 } }
  if (left.failed.invite + left.failed.register === 0) return undefined
  const isOld = at - doubt.lastAt >= forgottenAfterMs || at < doubt.lastAt
  const isForgotten = answered >= settings.successesToReturn && isOld
  return isForgotten ? undefined : left
}

/** Enough failures, for long enough. When OPTIONS are answered it takes more: one dead number may be all there is. */
export function isProven({ failed, firstAt, lastAt }: Doubt, settings: DoubtSettings): boolean {
  if (firstAt === undefined || lastAt - firstAt < settings.patienceMs) return false
  const factor = failed.options > 0 ? 1 : 2
  return failed.options + failed.invite + failed.register >= settings.failuresToSurvival * factor
}

/**
 * What has to work before this doubt is over. A PBX that answers again after silence is back; of one that could not keep
 * up, only a call that works says so. Registrations are never tried: a phone that is refused can be called by nobody.
 */
export function mustWorkAgain({ failed, cause }: Doubt): MustWork {
  if (failed.options > 0 && cause !== 'overloaded') return 'options'
  return failed.options + failed.invite > 0 ? 'invite' : 'options'
}
