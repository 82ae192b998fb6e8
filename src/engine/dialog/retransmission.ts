import type { Clock, Timer } from '../../lib/clock.ts'

export interface RetransmissionTimes {
  /** First interval; each next one is twice as long. */
  readonly firstMs: number
  /** No interval is longer. */
  readonly longestMs: number
  /** When to give up, from the start. */
  readonly giveUpMs: number
}

/**
 * Sends again until it is stopped or gives up: the 2xx to an INVITE (RFC 3261 §13.3.1.4) and reliable provisional
 * responses (RFC 3262 §3), which the core repeats itself, whatever the transport.
 */
export class Retransmission {
  readonly #clock: Clock
  readonly #giveUpAt: number
  readonly #longest: number
  readonly #resend: () => void
  readonly #giveUp: () => void
  #timer: Timer | undefined

  constructor(clock: Clock, times: RetransmissionTimes, resend: () => void, giveUp: () => void) {
    this.#clock = clock
    this.#giveUpAt = clock.now() + times.giveUpMs
    this.#longest = times.longestMs
    this.#resend = resend
    this.#giveUp = giveUp
    this.#schedule(times.firstMs)
  }

  get isRunning(): boolean {
    return this.#timer !== undefined
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #schedule(interval: number): void {
    const wait = Math.max(0, Math.min(interval, this.#giveUpAt - this.#clock.now()))
    this.#timer = this.#clock.after(wait, () => this.#fire(interval))
  }

  #fire(interval: number): void {
    this.#timer = undefined
    if (this.#clock.now() >= this.#giveUpAt) {
      this.#giveUp()
    } else {
      this.#schedule(Math.min(2 * interval, this.#longest))
      this.#resend()
    }
  }
}
