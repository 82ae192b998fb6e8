/** What the choice of a call that makes room for an emergency call looks at. */
export interface CuttableCall {
  readonly isEmergency: boolean
  /** Rescuers call back. */
  readonly isCallback: boolean
  /** It came in by the trunk. */
  readonly isIncoming: boolean
  readonly isAnswered: boolean
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number
}

/**
 * The call that is missed least: one that is not answered yet before one in which people talk, one of our own before one
 * from outside, and then the youngest. Undefined when none may be cut: a call for help never makes room for another.
 */
export function callToCut<Call extends CuttableCall>(calls: readonly Call[]): Call | undefined {
  return calls
    .filter(({ isEmergency, isCallback }) => !isEmergency && !isCallback)
    .sort(
      (a, b) =>
        Number(a.isAnswered) - Number(b.isAnswered) ||
        Number(a.isIncoming) - Number(b.isIncoming) ||
        b.startedAt - a.startedAt,
    )[0]
}
