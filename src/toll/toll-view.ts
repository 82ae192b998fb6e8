import type { Release } from './block-list.ts'
import type { Spender } from './day-sheet.ts'

/** Somebody who may not call outside until he is released. */
export interface BlockView {
  /** `user 201@site-a.example` */
  readonly payer: string
  /** Milliseconds since the Unix epoch. */
  readonly since: number
  /** Name of the limit that was crossed. */
  readonly limit: string
  readonly why: string
  /** Calls held back since it was made, or the box started. */
  readonly refused: number
}

/** How the limits stand, for the operator. */
export interface TollView {
  readonly blocks: readonly BlockView[]
  /** Today's, the dearest first. */
  readonly spenders: readonly Spender[]
  /** The latest last. */
  readonly releases: readonly Release[]
  /** Calls outside that are talking. */
  readonly callsNow: number
}
