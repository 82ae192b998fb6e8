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

  /** Whether there was room for one more. Each 4 KiB of a message cost as much as a message. */
  take(isNewRequest: boolean, bytes: number, now: number): boolean {
    // A clock that was set back refills nothing.
    const tokens = (Math.max(0, now - this.#at) / 1_000) * this.#perSecond
    this.#at = now
    this.#fresh = Math.min(this.#burst, this.#fresh + tokens)
    this.#rest = Math.min(this.#burst * restFactor, this.#rest + tokens * restFactor)
    const cost = Math.min(this.#burst, 1 + (bytes >> 12))
    if ((isNewRequest ? this.#fresh : this.#rest) < cost) return false
    if (isNewRequest) this.#fresh -= cost
    else this.#rest -= cost
    return true
  }
}
