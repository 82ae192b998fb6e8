import type { CallClass } from './call-class.ts'
import type { CallRate } from './call-rate.ts'

/** The ways a call can take; what the operator sees in the call list. */
export type CallPath = 'phone' | 'overlay' | 'domain' | 'trunk' | 'pbx'

/** One target of a call as it was tried. */
export interface TargetAttempt {
  readonly path: CallPath
  readonly target: string
  /** Request-URI of the INVITE. */
  readonly uri?: string
  /** Call-ID of its leg. */
  readonly legId?: string
  readonly status: number
  /** Q.850: what the far end gave, else what the status stands for. */
  readonly q850?: number
  /** Reason phrase, or why nothing could be sent. */
  readonly reason?: string
  /** The box itself would not or could not: that says nothing of the target. */
  readonly byBox?: true
  readonly tookMs: number
  /** The number outside that was called by it. */
  readonly outsideNumber?: string
  readonly rate?: CallRate
}

/**
 * One call through the box (CDR): the caller's leg and all targets that were tried for it. Times in milliseconds since
 * the Unix epoch. Records of older versions lack what is optional here.
 */
export interface CallRecord {
  readonly id: string
  readonly callId: string
  /** The same at every box that the call passes through (RFC 7989). */
  readonly sessionId?: string
  readonly from: string
  readonly to: string
  /** Who sent it: a phone, another box, a public domain, a trunk, the PBX. */
  readonly source: CallPath
  /** AoR of the phone, name of the trunk, PBX or other box, address of a stranger. */
  readonly sourceLabel?: string
  /** Who pays for it when it costs something: a user, a PBX, another box. */
  readonly payer?: string
  readonly path: CallPath | undefined
  readonly target: string | undefined
  /** Of the target that answered, or of the last one tried. */
  readonly outsideNumber?: string
  readonly callClass?: CallClass
  readonly rate?: CallRate
  /** In thousandths of the operator's currency unit; of answered calls that have a rate. */
  readonly cost?: number
  readonly startedAt: number
  readonly answeredAt: number | undefined
  readonly endedAt: number | undefined
  /** Final status of the INVITE as the caller saw it. */
  readonly status: number
  /** Q.850: why the call ended. */
  readonly q850?: number
  readonly endedBy: 'caller' | 'callee' | 'box' | undefined
  readonly cause: string
  readonly emergency?: 'call' | 'test'
  readonly attempts: readonly TargetAttempt[]
  /** What the rules said, a sentence each. */
  readonly verdicts?: readonly string[]
  /** `id` of the call that this one came out of by a transfer or a redirection. */
  readonly transferredFrom?: string
  /** `id`s of the two calls through a PBX that died which this one goes on with. */
  readonly rescuedFrom?: readonly string[]
}
