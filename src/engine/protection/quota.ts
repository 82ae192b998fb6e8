/** What belongs to dialogs and transactions may be so many times as much as new requests: a call is several messages. */
const restFactor = 5

/** Two token buckets: one for new requests, one for all that follows from them, so that neither starves the other. */
export class Quota {
  readonly factor: number
  readonly #perSecond: number
  readonly #burst: number
  #fresh: number
  #rest: number
  #at: number

  /** Full. Times in milliseconds since the Unix epoch; `factor` multiplies rate and burst. */
  constructor(perSecond: number, burst: number, now: number, factor = 1) {
    this.factor = factor
    this.#perSecond = perSecond * factor
    this.#burst = burst * factor
    this.#fresh = this.#burst
    this.#rest = this.#burst * restFactor
    this.#at = now
  }

  /** Whether there was a token for one more. */
  take(isNewRequest: boolean, now: number): boolean {
    // A clock that was set back refills nothing.
    const tokens = (Math.max(0, now - this.#at) / 1_000) * this.#perSecond
    this.#at = now
    this.#fresh = Math.min(this.#burst, this.#fresh + tokens)
    this.#rest = Math.min(this.#burst * restFactor, this.#rest + tokens * restFactor)
    if (isNewRequest) {
      if (this.#fresh < 1) return false
      this.#fresh--
      return true
    }
    if (this.#rest < 1) return false
    this.#rest--
    return true
  }
}
