import { Counter, Gauge, Histogram, type HistogramConfiguration, Registry } from 'prom-client'
import type { HistogramFigures } from '../lib/histogram.ts'
import type { Figures, Sample } from './figures.ts'
import { type MetricDescription, type MetricName, metricCatalogue } from './metric-catalogue.ts'

export const metricsContentType = Registry.PROMETHEUS_CONTENT_TYPE

/** The metrics page (Prometheus text format 0.0.4). The box counts; here it is only printed. */
export function printMetrics(figures: Figures): Promise<string> {
  const registry = new Registry()
  for (const [name, value] of Object.entries(figures)) {
    const description = metricCatalogue[name as MetricName]
    const samples = typeof value === 'number' ? [{ labels: {}, value }] : value
    if (samples.length > 0) registry.registerMetric(metricOf(`causeway_${name}`, description, samples))
  }
  return registry.metrics()
}

function metricOf(
  name: string,
  { type, help, labels }: MetricDescription,
  samples: readonly Sample<number | HistogramFigures>[],
): Counter | Gauge | Histogram {
  const settings = { name, help, labelNames: [...labels], registers: [] }
  if (type === 'histogram') return new GivenHistogram(settings, samples.filter(isHistogram))
  const metric = type === 'counter' ? new Counter(settings) : new Gauge(settings)
  for (const { labels, value } of samples.filter(isNumber)) metric.inc(labels, value)
  return metric
}

function isHistogram(sample: Sample<unknown>): sample is Sample<HistogramFigures> {
  return typeof sample.value === 'object'
}

function isNumber(sample: Sample<unknown>): sample is Sample<number> {
  return typeof sample.value === 'number'
}

interface PrintedValue {
  readonly metricName: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

/** prom-client counts by itself; this one prints what was counted elsewhere. */
class GivenHistogram extends Histogram {
  readonly #settings: HistogramConfiguration<string>
  readonly #samples: readonly Sample<HistogramFigures>[]

  constructor(settings: HistogramConfiguration<string>, samples: readonly Sample<HistogramFigures>[]) {
    super(settings)
    this.#settings = settings
    this.#samples = samples
  }

  /** What prom-client's registry asks of a histogram to print it. */
  async getForPromString(): Promise<{ name: string; help: string; type: string; values: PrintedValue[] }> {
    const { name, help } = this.#settings
    return { name, help, type: 'histogram', values: this.#samples.flatMap((each) => this.#valuesOf(each)) }
  }

  #valuesOf({ labels, value: { bounds, counts, sum } }: Sample<HistogramFigures>): PrintedValue[] {
    const { name } = this.#settings
    let total = 0
    const buckets = counts.map((count, n) => {
      total += count
      return { metricName: `${name}_bucket`, labels: { le: bounds[n] ?? '+Inf', ...labels }, value: total }
    })
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: total },
    ]
  }
}
