/** One line of a decision record: what was asked, what came back, how long it took, and why it matters. */
export interface DecisionStep {
  /** Milliseconds since the call began. */
  readonly atMs: number
  /** The step, in a word an operator knows: `registration`, `overlay`, `dns`, `trunk`, `pbx`, `emergency`, `target`. */
  readonly step: string
  readonly asked: string
  readonly answer: string
  readonly tookMs: number
  /** Why the outcome was chosen or passed over. */
  readonly why: string
}

export interface DecisionRecord {
  readonly callId: string
  readonly startedAt: number
  readonly from: string
  readonly to: string
  readonly steps: readonly DecisionStep[]
  /** SIP status the caller got, 0 while the call is being set up. */
  readonly status: number
}
