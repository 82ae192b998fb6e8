/** Why a call is not placed, as its caller hears it and as the operator reads it. */
export interface Refusal {
  readonly status: number
  readonly reason: string
  readonly why: string
}
