import type { DecisionRecord } from '../domain/decision-record.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import type { DecisionStore } from './decision-store.ts'

export interface DecisionRecordsSettings {
  readonly store: DecisionStore
  /** How many are kept on disk; up to a hundred more may be there between two sweeps. */
  readonly keepDecisions: number
  readonly log: Log
  /** How many are kept in memory for the pages. */
  readonly recentDecisions?: number
}

const trimEvery = 100

/** Why each call went where it went. */
export class DecisionRecords implements Part {
  readonly name = 'decision-records'
  readonly #settings: DecisionRecordsSettings
  readonly #recentLimit: number
  #recent: DecisionRecord[] = []
  #sinceTrim = 0

  constructor(settings: DecisionRecordsSettings) {
    this.#settings = settings
    this.#recentLimit = settings.recentDecisions ?? 200
  }

  async start(): Promise<void> {
    const { store, keepDecisions } = this.#settings
    await store.trim(keepDecisions)
    this.#recent = await store.list(this.#recentLimit)
  }

  async stop(): Promise<void> {
    this.#sinceTrim = 0
  }

  /** Keeps a record. A call never waits for it, and does not fail when the disk does. */
  keep(record: DecisionRecord): void {
    this.#recent.unshift(record)
    if (this.#recent.length > this.#recentLimit) this.#recent.length = this.#recentLimit
    this.#write(record).catch((error) =>
      this.#settings.log.warn({ callId: record.callId, error }, 'decision record not written'),
    )
  }

  /** Latest first, from memory. */
  recent(limit = this.#recentLimit): DecisionRecord[] {
    return this.#recent.slice(0, limit)
  }

  /** The latest decision about a call, from memory or disk. */
  async find(callId: string): Promise<DecisionRecord | undefined> {
    return this.#recent.find((record) => record.callId === callId) ?? this.#settings.store.find(callId)
  }

  async #write(record: DecisionRecord): Promise<void> {
    const { store, keepDecisions } = this.#settings
    await store.add(record)
    if (++this.#sinceTrim < trimEvery) return
    this.#sinceTrim = 0
    await store.trim(keepDecisions)
  }
}
