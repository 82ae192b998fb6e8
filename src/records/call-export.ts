import type { CallPath, CallRecord } from '../domain/call-record.ts'
import { csvHeading, csvLine } from './call-csv.ts'
import type { CallArchive, CallPlace } from './call-store.ts'

export type ExportFormat = 'csv' | 'jsonl'

/** Which calls; what is undefined does not matter. */
export interface CallFilter {
  /** Milliseconds since the Unix epoch: began at it or later. */
  readonly from?: number | undefined
  /** Began before it. */
  readonly to?: number | undefined
  readonly source?: CallPath | undefined
  readonly path?: CallPath | undefined
  /** Name of the trunk, PBX or box, AoR of the phone. */
  readonly target?: string | undefined
  readonly payer?: string | undefined
  readonly answered?: boolean | undefined
}

const pageSize = 500

/** The calls as text, oldest first, some hundred at a time: however many they are, little of them is in memory. */
export async function* exportCalls(
  archive: CallArchive,
  filter: CallFilter,
  format: ExportFormat,
): AsyncGenerator<string> {
  if (format === 'csv') yield csvHeading
  const print = format === 'csv' ? csvLine : (record: CallRecord) => `${JSON.stringify(record)}\n`
  const span = { from: filter.from ?? 0, to: filter.to ?? Number.MAX_SAFE_INTEGER }
  let last: CallPlace | undefined
  for (;;) {
    const page = await archive.page(span, last, pageSize)
    last = page.at(-1)
    if (!last) return
    const lines = page.filter((record) => isMeant(record, filter)).map(print)
    if (lines.length > 0) yield lines.join('')
  }
}

function isMeant(record: CallRecord, { source, path, target, payer, answered }: CallFilter): boolean {
  return (
    record.endedAt !== undefined &&
    isSame(source, record.source) &&
    isSame(path, record.path) &&
    isSame(target, record.target) &&
    isSame(payer, record.payer) &&
    isSame(answered, record.answeredAt !== undefined)
  )
}

function isSame<Value>(wanted: Value | undefined, value: Value | undefined): boolean {
  return wanted === undefined || wanted === value
}
