import type { DecisionStep } from '../../domain/decision-record.ts'
import type { LegPolicy } from '../../domain/leg-policy.ts'
import type { CallQuestion, RouteTarget } from '../../domain/route.ts'
import type { DigestAccount, SipHeaders } from '../../domain/sip.ts'
import type { BodyPart } from './multipart-body.ts'

/** All that an outgoing leg needs to be sent. */
export interface PreparedLeg {
  /** Request-URI. */
  readonly uri: string
  readonly proxy?: string | undefined
  /** From header: `"Anna" <sip:201@site-a.example>`. */
  readonly from: string
  readonly to?: string | undefined
  /** Contact header; the engine's own when absent. */
  readonly contact?: string | undefined
  readonly account?: DigestAccount | undefined
  readonly headers: SipHeaders
  /** Sent with the session description. */
  readonly attached?: readonly BodyPart[]
  /** Its SDP names an address that cannot be reached from here. */
  readonly isBehindNat?: boolean
  /** It takes nothing but RTP over DTLS with ICE. */
  readonly isBrowser?: boolean
  readonly policy?: LegPolicy
  /** The box hangs up so long after the answer. */
  readonly endsAfterMs?: number
  /** Ends the call when it fires; its reason is the cause, in words. */
  readonly ends?: AbortSignal | undefined
  /** What was decided on its way, for the decision record. */
  readonly steps?: readonly DecisionStep[]
  /** The leg was answered; called at most once, before `release`. */
  answered?(): void
  /** Gives back what the leg holds, such as a channel of a trunk. Called exactly once, when the leg is over. */
  release(): void
}

/** Makes a leg of a target; one for each way a call can take. */
export interface LegPreparer {
  /** Throws a `GatewayError`, such as a full trunk. */
  prepare(
    target: RouteTarget,
    question: CallQuestion,
    displayName: string | undefined,
  ): PreparedLeg | Promise<PreparedLeg>
}
