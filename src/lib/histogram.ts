/** What a histogram has seen, as it crosses from one thread to another. */
export interface HistogramFigures {
  /** Upper bounds of the buckets, rising; a last bucket without bound follows. */
  readonly bounds: readonly number[]
  /** How many values fell into each bucket: one more than there are bounds, not added up. */
  readonly counts: readonly number[]
  readonly sum: number
}

/** Counts values in fixed buckets: constant memory, a few comparisons a value. */
export class Histogram {
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0

  /** `bounds` must rise. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = new Array<number>(bounds.length + 1).fill(0)
  }

  observe(value: number): void {
    const bounds = this.#bounds
    let bucket = 0
    while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#sum += value
  }

  /** A copy. */
  get figures(): HistogramFigures {
    return { bounds: this.#bounds, counts: [...this.#counts], sum: this.#sum }
  }
}
