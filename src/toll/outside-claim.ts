import type { CallRate } from '../domain/call-rate.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { Payer } from './payer.ts'
import type { HeldCall, Tally } from './tally.ts'

export interface ClaimFacts {
  readonly payer: Payer
  readonly number: E164
  readonly rate: CallRate | undefined
  /** Where the call is counted. */
  readonly tallies: readonly Tally[]
}

export interface ClaimEvents {
  now(): number
  onAnswered(claim: OutsideClaim): void
  /** Called once, when the call is over or never came to be. */
  onOver(claim: OutsideClaim): void
}

/** The place that a call outside holds from before its INVITE until it is over. */
export class OutsideClaim implements HeldCall {
  readonly payer: Payer
  readonly number: E164
  readonly rate: CallRate | undefined
  readonly tallies: ClaimFacts['tallies']
  readonly #events: ClaimEvents
  readonly #end = new AbortController()
  #answeredAt: number | undefined
  #isOver = false

  constructor({ payer, number, rate, tallies }: ClaimFacts, events: ClaimEvents) {
    this.payer = payer
    this.number = number
    this.rate = rate
    this.tallies = tallies
    this.#events = events
    for (const tally of tallies) tally.held.add(this)
  }

  get answeredAt(): number | undefined {
    return this.#answeredAt
  }

  /** Fires when the call has to end; its reason says why, in a sentence. */
  get ends(): AbortSignal {
    return this.#end.signal
  }

  end(why: string): void {
    this.#end.abort(why)
  }

  /** From now on time and money run. */
  answered(): void {
    if (this.#isOver || this.#answeredAt !== undefined) return
    this.#answeredAt = this.#events.now()
    this.#events.onAnswered(this)
  }

  /** Safe to call twice. */
  release(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#events.onOver(this)
  }
}
