import { type MetricDescription, metricCatalogue } from './metric-catalogue.ts'

/** The reference page of the metrics, as Markdown. */
export function metricsPage(): string {
  const rows = Object.entries<MetricDescription>(metricCatalogue).map(
    ([name, { type, help, labels }]) =>
      `| \`causeway_${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  )
  return [
    '# Metrics',
    '',
    'Printed from the code by `npm run reference`; do not edit. `/metrics` on the admin port serves them in the text format',
    'of Prometheus. Counters count from the start of the box. With an external drachtio-server as engine the metrics that',
    'begin with `causeway_sip_` are missing, and `causeway_engine_answered` is, too.',
    '',
    '| name | type | labels | meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
