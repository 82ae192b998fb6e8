/** How often something happened within the last so many milliseconds. Exact; whoever adds sees to it that it stays small. */
export class SlidingCount {
  readonly #spanMs: number
  #times: number[] = []

  constructor(spanMs: number) {
    this.#spanMs = spanMs
  }

  add(at: number): void {
    this.#times.push(at)
  }

  /** Times that are still to come are forgotten: then the clock was set back. */
  count(now: number): number {
    const [first = now] = this.#times
    const last = this.#times.at(-1) ?? now
    if (first <= now - this.#spanMs || last > now) {
      this.#times = this.#times.filter((at) => at > now - this.#spanMs && at <= now)
    }
    return this.#times.length
  }
}
