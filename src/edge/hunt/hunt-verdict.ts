import type { CallPath } from '../../domain/call-record.ts'
import { causeInReason, statusOfCause } from '../../domain/q850.ts'
import type { RouteTarget } from '../../domain/route.ts'
import { type Meaning, meaningOfCause } from './cause-meaning.ts'

/** How one target ended without an answer. */
export interface FailedTarget {
  readonly path: CallPath
  /** Final status of the target; 480 when it rang too long, 503 when nothing could be sent. */
  readonly status: number
  readonly target?: Pick<RouteTarget, 'outsideNumber' | 'memberOf' | 'emergency' | 'mayNotKnow'>
  /** Undefined when the box itself gave up. */
  readonly response?: { headers(name: string): readonly string[]; readonly isLocal?: boolean } | undefined
  /** The box itself has refused the call: no other target may do better. */
  readonly isFinal?: boolean
  /** It was reached, and nobody answered for as long as it may ring. */
  readonly rangInVain?: boolean
  /** It rang before it was given up. */
  readonly hasRung?: true
}

/** A person said no (DESIGN: hunting follows meaning). */
const personSaidNo = new Set([486, 600, 603, 607, 608])
/** The way to the target is dead, or it has no capacity: somebody else may do better. */
const deadPath = new Set([408, 430, 480, 500, 502, 503, 504])
/** The number itself is wrong, whoever is asked. */
const noSuchNumber = new Set([404, 410, 484, 604])
const credentialsRefused = new Set([401, 403, 407])
/** Codecs or encryption do not suit it: another carrier may take them. */
const mediaRefused = new Set([415, 488, 606])

const noAnswer = 19

/** Whether the next target of the route may be tried. */
export function mayTryNext(failure: FailedTarget): boolean {
  const { path, status, target, isFinal = false, rangInVain = false } = failure
  if (target?.emergency) return true // whoever says no, somebody else may send help
  if (isFinal) return false
  // In turn each member of a group speaks for himself.
  if (target?.memberOf === 'in-turn') return true
  const meaning = meaningByCause(failure)
  if (meaning !== undefined) return meaning === 'path'
  if (personSaidNo.has(status)) return false
  // The PBX has rung the phones that it knows; those that are registered here too must not ring once more.
  if (path === 'pbx' && rangInVain) return false
  if (deadPath.has(status)) return true
  // Another phone or box may still know the user; a carrier's or a domain's word is final.
  if (noSuchNumber.has(status))
    return path === 'phone' || path === 'overlay' || (path === 'pbx' && target?.mayNotKnow === true)
  // A trunk that refuses us says nothing about the number; a PBX's challenge is for the phone.
  if (credentialsRefused.has(status)) return path === 'trunk' || path === 'overlay'
  if (mediaRefused.has(status)) return path === 'trunk'
  return status < 400 // redirections are not followed
}

/** A PBX has let this caller through: somebody rang, or it says itself that nobody is there who could be rung. */
export function wasLetThrough({ path, status, response, hasRung }: FailedTarget): boolean {
  if (path !== 'pbx') return false
  const isOwnWord = response !== undefined && response.isLocal !== true
  return hasRung === true || (isOwnWord && (status === 480 || noSuchNumber.has(status)))
}

/**
 * Whether all that was tried failed, and a box of the overlay was among it: what the overlay said a while ago may be wrong
 * by now, the user may be at another box.
 */
export function wasLedAstray(failures: readonly FailedTarget[]): boolean {
  return failures.every(mayTryNext) && failures.some(({ path }) => path === 'overlay')
}

/** Whether a failure in a group that rings together silences the other phones (RFC 3261 §16.7 step 5). */
export function endsGroup({ status }: FailedTarget): boolean {
  return status >= 600
}

/** The one failure that tells the caller most (RFC 3261 §16.7 step 6). */
export function mostTelling<Failure extends FailedTarget>(failures: readonly Failure[]): Failure | undefined {
  let best: Failure | undefined
  for (const failure of failures) {
    if (!best || weight(statusTold(failure)) > weight(statusTold(best))) best = failure
  }
  return best
}

function weight(status: number): number {
  if (status >= 600) return 7
  if (status === 401 || status === 407) return 6
  if (status === 486) return 5
  if (status === 480) return 3
  if (deadPath.has(status)) return 1
  return status >= 500 ? 2 : 4
}

/** What the caller hears of the failure of its call. */
export function statusForCaller(
  failure: (FailedTarget & { readonly response: { readonly isLocal?: boolean } | undefined }) | undefined,
): number {
  if (!failure) return 480
  const status = statusTold(failure)
  // RFC 3261 §16.7 step 6: what a target's server cannot do is not what this box cannot do; redirections stay here.
  if (status === 503 && failure.response?.isLocal === false) return 500
  // RFC 5626 §5.3: other flows of the phone are for this box to know.
  return status < 400 || status === 430 ? 480 : status
}

/** The status, or what the cause makes of it where that is the truer word. */
function statusTold(failure: FailedTarget): number {
  const { status } = failure
  const cause = causeOf(failure)
  const meaning = meaningByCause(failure)
  if (cause === undefined || meaning === undefined || fits(status, meaning)) return status
  // RFC 3398 §7.2.4.1: a person has rejected it; a 403 would be taken for the network's word.
  return meaning === 'person' && cause !== 17 ? 603 : statusOfCause(cause)
}

function fits(status: number, meaning: Meaning): boolean {
  switch (meaning) {
    case 'person':
      return personSaidNo.has(status)
    case 'number':
      return noSuchNumber.has(status)
    case 'nobody':
      return status === 480 || status === 408
    case 'path':
      return deadPath.has(status) && status !== 480
  }
}

/**
 * Of the telephone network the Q.850 cause is the truer word: carriers write 403 for "declined", and 486 or 404 for "no
 * channel". Elsewhere it only adds a person's no. A 6xx needs no cause.
 */
function meaningByCause(failure: FailedTarget): Meaning | undefined {
  const cause = causeOf(failure)
  if (cause === undefined || failure.status >= 600) return undefined
  const meaning = meaningOfCause(cause)
  const isOutside = failure.path === 'trunk' || failure.target?.outsideNumber !== undefined
  return isOutside || meaning === 'person' ? meaning : undefined
}

// RFC 3326 §2: several Reason headers may say it in several protocols.
function causeOf({ response, rangInVain = false }: FailedTarget): number | undefined {
  return causeInReason(response?.headers('reason').join(', ')) ?? (rangInVain ? noAnswer : undefined)
}
