import { Gauge, Registry } from 'prom-client'
import type { BoxView } from './box-view.ts'

/** The metrics page (Prometheus text format 0.0.4). Every figure of the box becomes `causeway_<name>`. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #gauges = new Map<string, Gauge>()

  get contentType(): string {
    return this.#registry.contentType
  }

  async print(box: BoxView): Promise<string> {
    for (const [name, value] of Object.entries(await box.figures())) {
      if (typeof value === 'number') this.#gauge(name, []).set(value)
      else
        for (const [label, count] of Object.entries(value))
          this.#gauge(name, ['kind']).set({ kind: label }, count)
    }
    const memory = process.memoryUsage()
    this.#gauge('resident_bytes', []).set(memory.rss)
    this.#gauge('heap_used_bytes', []).set(memory.heapUsed)
    this.#gauge('cpu_seconds', []).set(process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6)
    return this.#registry.metrics()
  }

  #gauge(name: string, labelNames: string[]): Gauge {
    const known = this.#gauges.get(name)
    if (known) return known
    const gauge = new Gauge({
      name: `causeway_${name}`,
      help: name.replaceAll('_', ' '),
      labelNames,
      registers: [this.#registry],
    })
    this.#gauges.set(name, gauge)
    return gauge
  }
}
