/** The ways a call can take; what the operator sees in the call list. */
export type CallPath = 'phone' | 'overlay' | 'domain' | 'trunk' | 'pbx'

/** One target of a call as it was tried. */
export interface TargetAttempt {
  readonly path: CallPath
  readonly target: string
  readonly status: number
  readonly tookMs: number
}

/** One call through the box (CDR). Times in milliseconds since the Unix epoch. */
export interface CallRecord {
  readonly id: string
  readonly callId: string
  readonly from: string
  readonly to: string
  /** Who sent it: a phone, another box, a public domain, a trunk, the PBX. */
  readonly source: CallPath
  readonly path: CallPath | undefined
  readonly target: string | undefined
  readonly startedAt: number
  readonly answeredAt: number | undefined
  readonly endedAt: number | undefined
  /** Final status of the INVITE as the caller saw it. */
  readonly status: number
  readonly endedBy: 'caller' | 'callee' | 'box' | undefined
  readonly cause: string
  readonly attempts: readonly TargetAttempt[]
}
