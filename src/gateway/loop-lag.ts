import type { Clock } from '../lib/clock.ts'
import { Histogram, type HistogramFigures } from '../lib/histogram.ts'
import { LagMeter, lagBounds } from '../lib/lag-meter.ts'
import type { Part } from '../lib/part.ts'

const everyMs = 100

/** How late the main thread is, for the metrics. */
export class LoopLag implements Part {
  readonly name = 'loop lag'
  readonly #lags = new Histogram(lagBounds)
  readonly #meter: LagMeter

  constructor(clock: Clock) {
    this.#meter = new LagMeter(clock, everyMs, (lagMs) => this.#lags.observe(lagMs / 1_000))
  }

  /** Seconds. */
  get figures(): HistogramFigures {
    return this.#lags.figures
  }

  async start(): Promise<void> {
    this.#meter.start()
  }

  async stop(): Promise<void> {
    this.#meter.stop()
  }
}
