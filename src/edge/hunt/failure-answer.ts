import { reasonOfCause } from '../../domain/q850.ts'
import type { CallQuestion } from '../../domain/route.ts'
import type { SipHeaders } from '../../domain/sip.ts'
import type { FailedLeg } from '../legs/outgoing-leg.ts'
import { challengesOf, passedOfResponse } from '../legs/passed-headers.ts'
import { statusForCaller } from './hunt-verdict.ts'
import { redirectForPbx } from './redirections.ts'

export interface FailureAnswer {
  readonly status: number
  /** Of the target, when its status is passed on. */
  readonly reason?: string
  readonly headers: SipHeaders
  /** A PBX wants its phone's digest: no call yet. */
  readonly isChallenge: boolean
}

const noAnswer = 19

/** What the caller hears of a call that nobody answered. */
export function failureAnswer(
  question: Pick<CallQuestion, 'source'>,
  failure: FailedLeg | undefined,
): FailureAnswer {
  const response = failure?.response
  if (!response) {
    // Another box that asked for a line tries no other one.
    const headers: SipHeaders = failure?.rangInVain ? { Reason: reasonOfCause(noAnswer) } : {}
    return { status: statusForCaller(failure), headers, isChallenge: false }
  }
  const contact = redirectForPbx(question, response)
  const status = contact ? response.status : statusForCaller(failure)
  const isChallenge = status === 401 || status === 407
  return {
    status,
    ...(response.status === status && { reason: response.reason }),
    headers: { ...passedOfResponse(response), ...contact, ...(isChallenge && challengesOf(response)) },
    isChallenge,
  }
}
