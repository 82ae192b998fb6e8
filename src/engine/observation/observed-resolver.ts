import { Histogram, type HistogramFigures } from '../../lib/histogram.ts'
import type { Hop, HopQuery, HopResolver } from '../transport/hop.ts'

export interface ResolverFigures {
  /** Answered at once: numeric hosts and what was in memory. */
  readonly immediate: number
  /** Answered after a wait. */
  readonly waited: number
  readonly failed: number
  /** Seconds, of those that had to wait, failures among them. */
  readonly waits: HistogramFigures
}

const waitBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** Counts look-ups and how long they take. */
export class ObservedResolver implements HopResolver {
  readonly #inner: HopResolver
  readonly #waits = new Histogram(waitBounds)
  #immediate = 0
  #waited = 0
  #failed = 0

  constructor(inner: HopResolver) {
    this.#inner = inner
  }

  get figures(): ResolverFigures {
    return {
      immediate: this.#immediate,
      waited: this.#waited,
      failed: this.#failed,
      waits: this.#waits.figures,
    }
  }

  resolve(query: HopQuery, signal: AbortSignal): readonly Hop[] | Promise<readonly Hop[]> {
    const found = this.#inner.resolve(query, signal)
    if (found instanceof Promise) return this.#watch(found)
    this.#immediate++
    return found
  }

  async #watch(finding: Promise<readonly Hop[]>): Promise<readonly Hop[]> {
    const began = performance.now()
    try {
      const found = await finding
      this.#waited++
      return found
    } catch (error) {
      this.#failed++
      throw error
    } finally {
      this.#waits.observe((performance.now() - began) / 1_000)
    }
  }
}
