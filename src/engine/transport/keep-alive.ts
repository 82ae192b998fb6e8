import type { Clock, Timer } from '../../lib/clock.ts'

const pongWithinMs = 10_000

export interface KeepAliveEnd {
  /** Sends a double CRLF. */
  ping(): void
  /** The far end has not shown any life in the time agreed. */
  fail(cause: Error): void
}

/**
 * Whether a stream still leads anywhere, as agreed with the far end (RFC 5626 §3.5.1 and §4.4.1, RFC 6223): who opened
 * it pings, who accepted it counts on being pinged. Anything that comes is a sign of life.
 */
export class KeepAlive {
  readonly #end: KeepAliveEnd
  readonly #clock: Clock
  readonly #random: () => number
  #heardAt: number
  #seconds: number | undefined
  #timer: Timer | undefined

  constructor(end: KeepAliveEnd, clock: Clock, random: () => number = Math.random) {
    this.#end = end
    this.#clock = clock
    this.#random = random
    this.#heardAt = clock.now()
  }

  heard(): void {
    if (this.#seconds !== undefined) this.#heardAt = this.#clock.now()
  }

  /** Pings within every so many seconds; the stream fails 10 s after a ping that nothing follows. */
  pingEvery(seconds: number): void {
    if (seconds === this.#seconds) return
    this.#seconds = seconds
    this.#pingLater(seconds)
  }

  /** The stream fails when nothing comes for so long and a little more. */
  expectEvery(seconds: number): void {
    this.#seconds = seconds
    this.heard()
    if (!this.#timer) this.#watch(this.#graceMs(seconds))
  }

  stop(): void {
    this.#timer?.cancel()
  }

  #pingLater(seconds: number): void {
    this.#timer?.cancel()
    // RFC 5626 §4.4.1: between 80 and 100 %, so that a thousand boxes do not ping in step.
    this.#timer = this.#clock.after(seconds * (800 + 200 * this.#random()), () => this.#ping())
  }

  #ping(): void {
    const pingedAt = this.#clock.now()
    this.#end.ping()
    this.#timer = this.#clock.after(pongWithinMs, () => {
      if (this.#heardAt < pingedAt) this.#end.fail(new Error('a keep-alive was not answered'))
      else this.#pingLater(this.#seconds ?? 0)
    })
  }

  #watch(afterMs: number): void {
    this.#timer = this.#clock.after(afterMs, () => {
      const remainsMs = this.#heardAt + this.#graceMs(this.#seconds ?? 0) - this.#clock.now()
      if (remainsMs > 0) this.#watch(remainsMs)
      else this.#end.fail(new Error('no keep-alive came'))
    })
  }

  #graceMs(seconds: number): number {
    return seconds * 1_000 + pongWithinMs
  }
}
