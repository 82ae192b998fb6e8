import type { HistogramFigures } from '../lib/histogram.ts'
import type { MetricName } from './metric-catalogue.ts'

export interface Sample<Value> {
  readonly labels: Readonly<Record<string, string>>
  readonly value: Value
}

/** The value of a metric at this time: one, or one for each set of labels. Metrics that do not apply are left out. */
export type Figures = Partial<
  Record<MetricName, number | readonly Sample<number>[] | readonly Sample<HistogramFigures>[]>
>

/** One sample for each entry, its name as the label's value. */
export function samplesBy(label: string, values: Readonly<Record<string, number>>): Sample<number>[] {
  return Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }))
}
