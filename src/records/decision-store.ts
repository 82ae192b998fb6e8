import type { DecisionRecord } from '../domain/decision-record.ts'

/** Where decision records outlive the process. */
export interface DecisionStore {
  add(record: DecisionRecord): Promise<void>
  /** Forgets all but the newest `keep`. */
  trim(keep: number): Promise<void>
  /** The newest record of that call. */
  find(callId: string): Promise<DecisionRecord | undefined>
  /** The newest `limit`, newest first. */
  list(limit: number): Promise<DecisionRecord[]>
}
