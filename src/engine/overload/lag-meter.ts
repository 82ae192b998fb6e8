import type { Clock, Timer } from '../../lib/clock.ts'

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
