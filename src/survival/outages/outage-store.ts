import type { OutageReport } from './outage-report.ts'
import type { RollEntry } from './phone-roll.ts'

/** An outage that was not over when it was last stored. */
export interface OpenOutage {
  readonly report: OutageReport
  readonly roll: readonly RollEntry[]
  readonly savedAt: number
}

/** Where reports outlive the process. What resolves has outlived a `kill -9`. */
export interface OutageStore {
  /** Those whose stage is not `closed`, oldest first. */
  open(): Promise<OpenOutage[]>
  /** Replaces the report of the same id. */
  save(report: OutageReport, savedAt: number): Promise<void>
  /** The phones of an outage that is not closed. */
  saveRoll(id: string, roll: readonly RollEntry[]): Promise<void>
  /** Newest first. */
  list(most: number): Promise<OutageReport[]>
  find(id: string): Promise<OutageReport | undefined>
  /** Forgets outages that began before this time, and all but the newest `most`; the phones of closed ones too. */
  trim(before: number, most: number): Promise<void>
}
