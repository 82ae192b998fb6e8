interface Use {
  readonly issuedAt: number
  highest: number
  /** Bit n: the count `highest - n` was used. */
  seen: number
}

/** Requests may overtake each other on the way; counts up to this far behind the highest are told apart. */
const window = 32

/**
 * Which nonce counts were used (RFC 7616 §3.4.6). Bounded: when the table is full the oldest entry goes, and from then on
 * nonces as old as that one count as used up, so nothing forgotten can be replayed.
 */
export class ReplayTable {
  readonly #limit: number
  readonly #uses = new Map<string, Use>()
  #forgottenUntil = Number.NEGATIVE_INFINITY

  constructor(limit = 65_536) {
    this.#limit = limit
  }

  get size(): number {
    return this.#uses.size
  }

  /** True once for each count of a nonce. `nonce` must be one the box issued. */
  use(nonce: string, issuedAt: number, count: number): boolean {
    const use = this.#uses.get(nonce)
    if (use) return useAgain(use, count)
    if (issuedAt <= this.#forgottenUntil) return false
    if (this.#uses.size >= this.#limit) this.#forgetOldest()
    this.#uses.set(nonce, { issuedAt, highest: count, seen: 1 })
    return true
  }

  /** Drops what was issued before this time; the caller refuses such nonces by their age. */
  forgetBefore(time: number): void {
    for (const [nonce, { issuedAt }] of this.#uses) {
      if (issuedAt >= time) return // first used later, so most of them issued later: enough for tidying up
      this.#uses.delete(nonce)
    }
  }

  #forgetOldest(): void {
    for (const [nonce, { issuedAt }] of this.#uses) {
      this.#forgottenUntil = Math.max(this.#forgottenUntil, issuedAt)
      this.#uses.delete(nonce)
      return
    }
  }
}

function useAgain(use: Use, count: number): boolean {
  const ahead = count - use.highest
  if (ahead > 0) {
    use.seen = ahead >= window ? 1 : ((use.seen << ahead) | 1) >>> 0
    use.highest = count
    return true
  }
  const bit = 1 << -ahead
  if (-ahead >= window || (use.seen & bit) !== 0) return false
  use.seen = (use.seen | bit) >>> 0
  return true
}
