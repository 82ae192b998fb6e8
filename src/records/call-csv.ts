import type { CallRecord, TargetAttempt } from '../domain/call-record.ts'

type Cell = string | number | undefined

/** The columns of the export; new ones are added at the end, so that programs that read it go on working. */
const columns: Readonly<Record<string, (record: CallRecord) => Cell>> = {
  id: ({ id }) => id,
  call_id: ({ callId }) => callId,
  started_at: ({ startedAt }) => printTime(startedAt),
  answered_at: ({ answeredAt }) => printTime(answeredAt),
  ended_at: ({ endedAt }) => printTime(endedAt),
  talked_seconds: (record) => talkedSeconds(record),
  source: ({ source }) => source,
  source_name: ({ sourceLabel }) => sourceLabel,
  from: ({ from }) => from,
  to: ({ to }) => to,
  payer: ({ payer }) => payer,
  path: ({ path }) => path,
  target: ({ target }) => target,
  outside_number: ({ outsideNumber }) => outsideNumber,
  call_class: ({ callClass }) => callClass,
  rate_per_minute: ({ rate }) => printAmount(rate?.perMinute),
  rate_setup: ({ rate }) => printAmount(rate?.setup),
  cost: ({ cost }) => printAmount(cost),
  status: ({ status }) => status,
  q850: ({ q850 }) => q850,
  cause: ({ cause }) => cause,
  ended_by: ({ endedBy }) => endedBy,
  emergency: ({ emergency }) => emergency,
  targets_tried: ({ attempts }) => attempts.map(printAttempt).join('; '),
  verdicts: ({ verdicts }) => verdicts?.join('; '),
  transferred_from: ({ transferredFrom }) => transferredFrom,
  session_id: ({ sessionId }) => sessionId,
  rescued_from: ({ rescuedFrom }) => rescuedFrom?.join(' '),
}

/** First line of the export, with its line end (RFC 4180). */
export const csvHeading = `${Object.keys(columns).join(',')}\r\n`

/** One call as a line, with its line end. */
export function csvLine(record: CallRecord): string {
  return `${Object.values(columns)
    .map((cellOf) => printCell(cellOf(record)))
    .join(',')}\r\n`
}

const harmlessNumber = /^[+-]?\d+(\.\d+)?$/
const formula = /^[=+\-@\t\r]/
const needsQuotes = /[",\r\n]/

/** Callers choose what stands in From and To: no spreadsheet may take it for a formula. */
function printCell(cell: Cell): string {
  const text = String(cell ?? '')
  const safe = formula.test(text) && !harmlessNumber.test(text) ? `'${text}` : text
  return needsQuotes.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function printTime(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString()
}

function talkedSeconds({ answeredAt, endedAt }: CallRecord): string | undefined {
  return answeredAt === undefined || endedAt === undefined
    ? undefined
    : ((endedAt - answeredAt) / 1_000).toFixed(3)
}

/** From thousandths of the currency unit. */
function printAmount(thousandths: number | undefined): string | undefined {
  return thousandths === undefined ? undefined : (thousandths / 1_000).toFixed(3)
}

function printAttempt({ path, target, status, tookMs }: TargetAttempt): string {
  return `${path} ${target} ${status} in ${Math.round(tookMs)} ms`
}
