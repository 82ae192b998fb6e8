import type { Clock } from './clock.ts'

/** A value that costs something to compute, computed again only when it is asked for and has grown old. */
export class Remembered<Value> {
  readonly #forMilliseconds: number
  readonly #clock: Pick<Clock, 'now'>
  readonly #compute: () => Value
  #known: { readonly value: Value; readonly at: number } | undefined

  constructor(forMilliseconds: number, clock: Pick<Clock, 'now'>, compute: () => Value) {
    this.#forMilliseconds = forMilliseconds
    this.#clock = clock
    this.#compute = compute
  }

  get value(): Value {
    const now = this.#clock.now()
    const isFresh = this.#known !== undefined && Math.abs(now - this.#known.at) < this.#forMilliseconds
    if (!this.#known || !isFresh) this.#known = { value: this.#compute(), at: now }
    return this.#known.value
  }
}
