import type { Clock, Timer } from '../../src/lib/clock.ts'

/** The clock of one run of one box: when the box dies, nothing that it had planned happens any more. */
export class BoxClock implements Clock {
  readonly #time: Clock
  #isStopped = false

  constructor(time: Clock) {
    this.#time = time
  }

  now(): number {
    return this.#time.now()
  }

  after(milliseconds: number, action: () => void): Timer {
    return this.#time.after(milliseconds, () => {
      if (!this.#isStopped) action()
    })
  }

  stop(): void {
    this.#isStopped = true
  }
}
