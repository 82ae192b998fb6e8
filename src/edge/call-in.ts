import type { CallQuestion } from '../domain/route.ts'
import type { IncomingInvite, SipHeaders } from '../domain/sip.ts'
import type { CallLog } from './call-log.ts'
import type { Demand } from './hunt/hunt.ts'
import type { OnRefer } from './transfer/joined-call.ts'

/** A call as it was let in. */
export interface CallIn {
  readonly invite: IncomingInvite
  readonly question: CallQuestion
  readonly displayName: string | undefined
  /** SDP of the caller; empty when it made no offer. */
  readonly offer: string
  /** Loop protection, for every leg. */
  readonly headers: SipHeaders
  /** Contact of our side of the caller's leg; the engine's own when undefined. */
  readonly contact: string | undefined
  readonly callLog: CallLog
  /** The digest of the caller, checked now; undefined when it is proven. */
  demandDigest(): Demand | undefined
  readonly onRefer: OnRefer
}
