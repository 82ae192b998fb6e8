import type { E164 } from '../domain/phone-number.ts'

/** How far apart two numbers are that a program dials one after the other. */
const neighbourhood = 10
const forgottenAfterMs = 3_600_000

/** How many calls in a row went from one number to another beside it: how a number range is tried or called up. */
export class NumberRun {
  #length = 0
  #last: E164 = ''
  #lastAt = 0

  /** Calls in the row that a call to this number would go on; 0 when it would begin a new one. */
  before(number: E164, now: number): number {
    if (now - this.#lastAt >= forgottenAfterMs || now < this.#lastAt) return 0
    return isBeside(this.#last, number) ? this.#length : 0
  }

  add(number: E164, now: number): void {
    if (number === this.#last) return // somebody calls the same place again
    this.#length = this.before(number, now) + 1
    this.#last = number
    this.#lastAt = now
  }
}

function isBeside(one: E164, other: E164): boolean {
  // E.164 has 15 digits at most: exact in a double.
  return (
    one !== other && one.length === other.length && Math.abs(Number(one) - Number(other)) <= neighbourhood
  )
}
