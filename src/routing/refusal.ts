/** Why a call is not placed, as its caller hears it and as the operator reads it. */
export interface Refusal {
  readonly status: number
  readonly reason: string
  readonly why: string
  /** The same for the caller, in words (RFC 3261 §20.43); then nobody elsewhere is asked. */
  readonly warning?: string
}
