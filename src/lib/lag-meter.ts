import type { Clock, Timer } from './clock.ts'

/** Buckets for lags, in seconds. */
export const lagBounds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]

/** Measures how late a timer fires: as late as anything else waits for the event loop. */
export class LagMeter {
  readonly #clock: Clock
  readonly #everyMs: number
  readonly #onLag: (lagMs: number) => void
  #timer: Timer | undefined

  constructor(clock: Clock, everyMs: number, onLag: (lagMs: number) => void) {
    this.#clock = clock
    this.#everyMs = everyMs
    this.#onLag = onLag
  }

  start(): void {
    const due = this.#clock.now() + this.#everyMs
    this.#timer = this.#clock.after(this.#everyMs, () => {
      // A clock that was set back shows no lag.
      this.#onLag(Math.max(0, this.#clock.now() - due))
      this.start()
    })
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }
}
