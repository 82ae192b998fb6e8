import type { Clock, Timer } from '../../src/lib/clock.ts'
import { EventQueue } from './event-queue.ts'

/**
 * Time that passes only as far as it is told to. Between two events every promise that can settle does, so what happens
 * depends on the events alone and never on how long the machine took. Goes in whole milliseconds.
 */
export class SimulatedTime implements Clock {
  readonly #queue = new EventQueue()
  #now: number

  constructor(now: number) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(milliseconds: number, action: () => void): Timer {
    const event = this.#queue.add(this.#now + Math.max(0, Math.round(milliseconds)), action)
    return {
      cancel: () => {
        event.cancelled = true
      },
    }
  }

  async advance(milliseconds: number): Promise<void> {
    await this.#run(this.#now + milliseconds, () => false)
  }

  /** Goes on until the fact holds, looked at every so often. Resolves to how long it took; undefined when time ran out. */
  async until(
    fact: () => boolean | Promise<boolean>,
    atMostMilliseconds: number,
    lookEvery = 50,
  ): Promise<number | undefined> {
    const start = this.#now
    while (!(await fact())) {
      if (this.#now - start >= atMostMilliseconds) return undefined
      await this.advance(lookEvery)
    }
    return this.#now - start
  }

  /** Waits for a promise that needs time to pass. Throws when it has not settled in time. */
  async passUntil<Value>(promise: Promise<Value>, atMostMilliseconds: number): Promise<Value> {
    let isSettled = false
    const settled = () => {
      isSettled = true
    }
    promise.then(settled, settled)
    await this.#run(this.#now + atMostMilliseconds, () => isSettled)
    if (!isSettled) throw new Error(`nothing came of it within ${atMostMilliseconds} simulated ms`)
    return promise
  }

  async #run(end: number, isEnough: () => boolean): Promise<void> {
    await promisesSettled()
    while (!isEnough()) {
      const event = this.#queue.take(end)
      if (!event) {
        this.#now = end
        return
      }
      this.#now = event.due
      event.action()
      await promisesSettled()
    }
  }
}

// The queue of microtasks is empty before the next immediate runs.
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
