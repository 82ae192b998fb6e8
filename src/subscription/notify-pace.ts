import type { Clock, Timer } from '../lib/clock.ts'

/**
 * Sends what is wanted one after the other and not too often; what is wanted meanwhile goes out as one, which tells the
 * last state.
 */
export class NotifyPace {
  readonly #clock: Clock
  readonly #leastMs: number
  readonly #send: () => Promise<number>
  #notBefore = 0
  #isWanted = false
  #isSending = false
  #isStopped = false
  #timer: Timer | undefined

  /** `send` never rejects; it resolves to the milliseconds that the far end wants to be left alone, usually 0. */
  constructor(clock: Clock, leastMs: number, send: () => Promise<number>) {
    this.#clock = clock
    this.#leastMs = leastMs
    this.#send = send
  }

  want(): void {
    this.#isWanted = true
    this.#go()
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
  }

  #go(): void {
    if (!this.#isWanted || this.#isSending || this.#isStopped || this.#timer) return
    const waitMs = this.#notBefore - this.#clock.now()
    if (waitMs <= 0) {
      void this.#sendOne()
      return
    }
    this.#timer = this.#clock.after(waitMs, () => {
      this.#timer = undefined
      this.#go()
    })
  }

  async #sendOne(): Promise<void> {
    this.#isWanted = false
    this.#isSending = true
    this.#notBefore = this.#clock.now() + this.#leastMs
    const restMs = await this.#send()
    this.#isSending = false
    if (restMs > 0) {
      this.#isWanted = true
      this.#notBefore = this.#clock.now() + restMs
    }
    this.#go()
  }
}
