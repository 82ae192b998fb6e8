import { retryAfterMsOf } from '../../domain/retry-after.ts'
import type { SipResponseView } from '../../domain/sip.ts'
import type { Boxed } from '../../lib/time-box.ts'

/**
 * How a request to a PBX went. `challenged` is 401 or 407: it lives, and whether it works is still open. `unreachable` is a refusal by the network (ICMP, RST), which leaves little doubt; `timeout`
 * is silence; `unavailable` is the PBX's own 503; `unsent` is trouble of this box and says nothing about the PBX.
 */
export type PbxOutcome = 'answered' | 'challenged' | 'unreachable' | 'timeout' | 'unavailable' | 'unsent'

export type PbxFailure = Exclude<PbxOutcome, 'answered' | 'challenged' | 'unsent'>

/** What somebody saw of a PBX. Times in milliseconds since the Unix epoch. */
export type PbxWitness =
  | {
      readonly at: number
      /** OPTIONS of the watch, or a real request. */
      readonly by: PbxRequest
      readonly outcome: PbxOutcome
      /** From Retry-After of a 503. */
      readonly retryAfterMs?: number
      /** It was answered in time, though much later than usual. */
      readonly isSlow?: boolean
    }
  /** The answer to an OPTIONS that had been given up. */
  | { readonly at: number; readonly by: 'late-answer' }
  /** Its manager connection was lost, which can be gone while calls go on. */
  | { readonly at: number; readonly by: 'manager' }

export type PbxRequest = 'options' | 'invite' | 'register'

/** What a response, or the lack of one, says about the PBX. */
export function outcomeOf(answer: Boxed<SipResponseView>): PbxOutcome {
  switch (answer.kind) {
    case 'too-late':
      return 'timeout'
    case 'failed':
      return 'unsent'
    case 'value':
      if (answer.value.isUnsent) return 'unsent'
      if (answer.value.isLocal) return answer.value.status === 408 ? 'timeout' : 'unreachable'
      return outcomeOfStatus(answer.value.status)
  }
}

function outcomeOfStatus(status: number): PbxOutcome {
  if (status === 401 || status === 407) return 'challenged'
  return status === 503 ? 'unavailable' : 'answered'
}

/** How long the PBX has asked to be left alone, by its 503. */
export function retryAfterOf(answer: Boxed<SipResponseView>): number | undefined {
  if (answer.kind !== 'value' || answer.value.status !== 503 || answer.value.isLocal) return undefined
  return retryAfterMsOf(answer.value)
}

/** A short sentence for the operator. */
export function describeWitness(witness: PbxWitness): string {
  switch (witness.by) {
    case 'manager':
      return 'its manager connection was lost'
    case 'late-answer':
      return 'OPTIONS was answered too late'
    default:
      return `${names[witness.by]} ${witness.isSlow ? 'was answered much later than usual' : phrases[witness.outcome]}`
  }
}

const names: Readonly<Record<PbxRequest, string>> = {
  options: 'OPTIONS',
  invite: 'a call',
  register: 'a registration',
}

const phrases: Readonly<Record<PbxOutcome, string>> = {
  answered: 'was answered',
  challenged: 'was asked for credentials',
  unreachable: 'did not get through',
  timeout: 'met silence',
  unavailable: 'was answered 503',
  unsent: 'could not be sent by this box',
}
