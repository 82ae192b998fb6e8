import type { Clock } from '../../lib/clock.ts'

export interface RetrySpreadSettings {
  /** How many of those who are turned away are asked back for the same second. */
  readonly perSecond: () => number
  readonly clock: Clock
}

const leastSeconds = 2
const mostSeconds = 120

/** Values of Retry-After (RFC 3261 §20.33), each in a place of its own, so that those turned away do not come back together. */
export class RetrySpread {
  readonly #settings: RetrySpreadSettings
  #nextAt = 0

  constructor(settings: RetrySpreadSettings) {
    this.#settings = settings
  }

  /** Whole seconds, 2 to 120. */
  next(): number {
    const { clock, perSecond } = this.#settings
    const now = clock.now()
    const from = now + leastSeconds * 1_000
    const until = now + mostSeconds * 1_000
    // Past the end they begin anew: nobody is told to wait for longer.
    this.#nextAt = this.#nextAt < from || this.#nextAt > until ? from : this.#nextAt
    const seconds = Math.ceil((this.#nextAt - now) / 1_000)
    this.#nextAt += 1_000 / perSecond()
    return seconds
  }
}
