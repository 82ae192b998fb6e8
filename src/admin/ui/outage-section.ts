import { html } from 'hono/html'
import { durationText } from '../../survival/outages/duration-text.ts'
import { momentText } from '../../survival/outages/moment-text.ts'
import type { OutageReport } from '../../survival/outages/outage-report.ts'
import { printReport } from '../../survival/outages/printed-report.ts'
import { totalOf } from '../../survival/outages/tally-text.ts'
import { sheet } from './sheet.ts'
import { type Markup, table } from './table.ts'

/** The outages, newest first, each with a link to its report. */
export function outageSection(outages: readonly OutageReport[]): Markup | '' {
  return table(
    'Outages and rehearsals',
    ['found', 'PBX', 'cause', 'lasted', 'calls served', 'failed', 'phones not back'],
    outages.map(outageRow),
    'none',
  )
}

function outageRow({ id, pbx, cause, detectedAt, endedAt, served, failed, phones }: OutageReport) {
  return [
    html`<a href="/survival/outages/${encodeURIComponent(id)}">${momentText(detectedAt)}</a>`,
    ...[pbx, cause, endedAt === undefined ? 'lasts' : durationText(endedAt - detectedAt)],
    ...[String(totalOf(served)), String(totalOf(failed)), endedAt === undefined ? '' : String(phones.away)],
  ]
}

/** One report as it is printed. */
export function outagePage(report: OutageReport): Markup {
  return sheet(
    `Outage ${report.id}`,
    html`
    <header><h1>Outage report</h1><p><a href="/survival">back</a></p></header>
    <pre>${printReport(report)}</pre>
`,
  )
}
