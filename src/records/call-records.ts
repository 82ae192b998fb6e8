import type { CallRecord } from '../domain/call-record.ts'
import { type Clock, systemClock, type Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import type { CallStore } from './call-store.ts'

export interface CallRecordsSettings {
  readonly store: CallStore
  readonly keepDays: number
  readonly log: Log
  readonly clock?: Clock
  /** How many finished calls are kept in memory for the pages. */
  readonly recentCalls?: number
}

const dayMs = 86_400_000
const sweepEveryMs = dayMs / 4

/** The calls of this box: those that are up, those just finished, and all of them on disk. */
export class CallRecords implements Part {
  readonly name = 'call-records'
  readonly #settings: CallRecordsSettings
  readonly #clock: Clock
  readonly #recentLimit: number
  readonly #active = new Map<string, CallRecord>()
  #recent: CallRecord[] = []
  #sweepTimer: Timer | undefined

  constructor(settings: CallRecordsSettings) {
    this.#settings = settings
    this.#clock = settings.clock ?? systemClock
    this.#recentLimit = settings.recentCalls ?? 200
  }

  /** Ends the calls that the last run of the box left open. */
  async start(): Promise<void> {
    const { store, log } = this.#settings
    const open = await store.open()
    const now = this.#clock.now()
    await Promise.all(open.map((record) => store.save(endedByRestart(record, now))))
    if (open.length > 0) log.warn({ calls: open.length }, 'calls were cut by the end of the last run')
    this.#recent = await store.list(Number.MAX_SAFE_INTEGER, this.#recentLimit)
    this.#sweep()
  }

  async stop(): Promise<void> {
    this.#sweepTimer?.cancel()
    this.#sweepTimer = undefined
  }

  /** A call is being set up. In memory only: a call that nobody answered may be lost with the process. */
  began(record: CallRecord): void {
    this.#active.set(record.id, record)
  }

  /** The call was answered. Resolves when its record cannot be lost any more. */
  async answered(record: CallRecord): Promise<void> {
    this.#active.set(record.id, record)
    await this.#settings.store.save(record)
  }

  /** The call is over, answered or not. Nobody waits for this: of an answered call the disk knows already. */
  ended(record: CallRecord): void {
    const { store, log } = this.#settings
    this.#active.delete(record.id)
    this.#recent.unshift(record)
    if (this.#recent.length > this.#recentLimit) this.#recent.length = this.#recentLimit
    store
      .save(record)
      .catch((error) => log.error({ callId: record.callId, error }, 'end of call not written'))
  }

  /** Calls that are up or being set up. */
  active(): CallRecord[] {
    return [...this.#active.values()]
  }

  /** Finished calls from memory, latest first. */
  recent(limit = this.#recentLimit): CallRecord[] {
    return this.#recent.slice(0, limit)
  }

  /** Calls that started before this time (milliseconds since the Unix epoch), from disk, newest first. */
  history(before: number, limit: number): Promise<CallRecord[]> {
    return this.#settings.store.list(before, limit)
  }

  #sweep(): void {
    const { store, keepDays, log } = this.#settings
    store
      .removeBefore(this.#clock.now() - keepDays * dayMs)
      .catch((error) => log.warn({ error }, 'old call records not removed'))
    this.#sweepTimer = this.#clock.after(sweepEveryMs, () => this.#sweep())
  }
}

function endedByRestart(record: CallRecord, now: number): CallRecord {
  return { ...record, endedAt: now, endedBy: 'box', cause: 'box restarted' }
}
