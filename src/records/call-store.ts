import type { CallRecord } from '../domain/call-record.ts'

/** Where call records outlive the process. */
export interface CallStore {
  /** Replaces the record with the same id. Resolves when it is durable. */
  save(record: CallRecord): Promise<void>
  /** Calls without an end. */
  open(): Promise<CallRecord[]>
  /** The newest `limit` calls that started before `before`, newest first. */
  list(before: number, limit: number): Promise<CallRecord[]>
  /** Forgets calls that started before this time. */
  removeBefore(time: number): Promise<void>
}
