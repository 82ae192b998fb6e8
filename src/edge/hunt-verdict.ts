import type { CallPath } from '../domain/call-record.ts'

/** How one target ended without an answer. */
export interface FailedTarget {
  readonly path: CallPath
  /** Final status of the target; 480 when it rang too long, 503 when nothing could be sent. */
  readonly status: number
}

/** A person said no (DESIGN: hunting follows meaning). */
const personSaidNo = new Set([486, 600, 603, 607, 608])
/** The way to the target is dead, or it has no capacity: somebody else may do better. */
const deadPath = new Set([408, 430, 480, 500, 502, 503, 504])
/** The number itself is wrong, whoever is asked. */
const noSuchNumber = new Set([404, 410, 484, 604])
const credentialsRefused = new Set([401, 403, 407])

/** Whether the next target of the route may be tried. */
export function mayTryNext({ path, status }: FailedTarget): boolean {
  if (personSaidNo.has(status)) return false
  if (deadPath.has(status)) return true
  // Another phone or box may still know the user; a carrier's or a domain's word is final.
  if (noSuchNumber.has(status)) return path === 'phone' || path === 'overlay'
  // A trunk that refuses us says nothing about the number; a PBX's challenge is for the phone.
  if (credentialsRefused.has(status)) return path === 'trunk' || path === 'overlay'
  return status < 400 // redirections are not followed
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
  return status >= 600 || status === 603
}

/** The one failure that tells the caller most (RFC 3261 §16.7 step 6). */
export function mostTelling<Failure extends FailedTarget>(failures: readonly Failure[]): Failure | undefined {
  let best: Failure | undefined
  for (const failure of failures) {
    if (!best || weight(failure.status) > weight(best.status)) best = failure
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
  // RFC 3261 §16.7 step 6: what a target's server cannot do is not what this box cannot do; redirections stay here.
  if (failure.status === 503 && failure.response?.isLocal === false) return 500
  // RFC 5626 §5.3: other flows of the phone are for this box to know.
  return failure.status < 400 || failure.status === 430 ? 480 : failure.status
}
