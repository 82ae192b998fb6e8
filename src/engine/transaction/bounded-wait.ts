import { type TimerWheel, WheelTimer } from './timer-wheel.ts'

/** One wait at a time for something that may be there at once, may take its time, or may never come. */
export class BoundedWait {
  readonly #wheel: TimerWheel
  readonly #onError: (cause: unknown) => void
  readonly #bound = new WheelTimer<'too-slow'>(this)
  /** Names the wait in progress: what an earlier one still brings is ignored. */
  #round = 0
  #giveUp: ((cause: Error) => void) | undefined

  /** `onError` hears what the continuations throw. */
  constructor(wheel: TimerWheel, onError: (cause: unknown) => void) {
    this.#wheel = wheel
    this.#onError = onError
  }

  /** Calls exactly one of the two, at once when `work` answers at once, unless the wait is cancelled. */
  for<T>(
    work: () => T | Promise<T>,
    boundMs: number,
    onValue: (value: T) => void,
    onFailure: (cause: Error) => void,
  ): void {
    let value: T | Promise<T>
    try {
      value = work()
    } catch (cause) {
      onFailure(asError(cause))
      return
    }
    if (value instanceof Promise) this.#await(value, boundMs, onValue, onFailure)
    else onValue(value)
  }

  cancel(): void {
    this.#round++
    this.#giveUp = undefined
    this.#wheel.stop(this.#bound)
  }

  onTimer(): void {
    const giveUp = this.#giveUp
    this.cancel()
    giveUp?.(new Error('took too long'))
  }

  #await<T>(
    value: Promise<T>,
    boundMs: number,
    onValue: (value: T) => void,
    onFailure: (cause: Error) => void,
  ): void {
    const round = ++this.#round
    this.#giveUp = onFailure
    this.#wheel.start(this.#bound, 'too-slow', boundMs)
    value
      .then(
        (result) => this.#isStill(round) && onValue(result),
        (cause) => this.#isStill(round) && onFailure(asError(cause)),
      )
      .catch(this.#onError)
  }

  /** True once for the wait in progress, which is then over. */
  #isStill(round: number): boolean {
    if (round !== this.#round) return false
    this.cancel()
    return true
  }
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause))
}
