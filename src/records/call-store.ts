import type { CallRecord } from '../domain/call-record.ts'

/** A place in the list of all calls, oldest first. */
export interface CallPlace {
  readonly startedAt: number
  readonly id: string
}

/** Calls that began at `from` or later, and before `to`; milliseconds since the Unix epoch. */
export interface CallSpan {
  readonly from: number
  readonly to: number
}

/** Call records to be read, of this box or of one that is not running. */
export interface CallArchive {
  /** The newest `limit` calls that started before `before`, newest first. */
  list(before: number, limit: number): Promise<CallRecord[]>
  /** The oldest `limit` calls of the span that come after that place, oldest first. */
  page(span: CallSpan, after: CallPlace | undefined, limit: number): Promise<CallRecord[]>
  /** The call of that id; else the newest calls of that Call-ID, at most ten. */
  find(idOrCallId: string): Promise<CallRecord[]>
}

/** Where call records outlive the process. */
export interface CallStore extends CallArchive {
  /** Replaces the record with the same id, unless that has an end. Resolves when the record outlives the process. */
  save(record: CallRecord): Promise<void>
  /** Those of the calls that are here with an end. */
  ended(ids: readonly string[]): Promise<ReadonlySet<string>>
  /** Calls without an end. */
  open(): Promise<CallRecord[]>
  /** Forgets calls that started before this time, and all but the newest `most`; a part at a time. True when there is more. */
  trim(before: number, most: number): Promise<boolean>
}
