import type { CallRecord } from '../domain/call-record.ts'
import { type Clock, systemClock, type Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { TurnoverMap } from '../lib/turnover-map.ts'
import type { CallJournal } from './call-journal.ts'
import type { CallStore } from './call-store.ts'
import { type ClassOf, cutCall, finishedCall } from './finished-call.ts'
import { FinishedCalls } from './finished-calls.ts'

export interface CallRecordsSettings {
  readonly store: CallStore
  readonly journal: CallJournal
  readonly keepDays: number
  /** How many calls are kept on disk. */
  readonly mostCalls: number
  readonly classOf: ClassOf
  /** Hears of every call that is over, once. */
  readonly onFinished?: (record: CallRecord) => void
  readonly log: Log
  readonly clock?: Clock
  /** How many finished calls are kept in memory for the pages. */
  readonly recentCalls?: number
}

export interface CallCounts {
  readonly finished: number
  readonly answered: number
  /** In thousandths of the operator's currency unit, by trunk or box, or `transferred`; since the start. */
  readonly costs: ReadonlyMap<string, number>
  /** Ends that wait to be stored. */
  readonly unsaved: number
  /** Ends that could not be stored and had to be given up. */
  readonly lost: number
}

const dayMs = 86_400_000
const sweepEveryMs = dayMs / 24
const savedAtOnce = 1_000

/** The calls of this box: those that are up, those just finished, and all of them on disk. */
export class CallRecords implements Part {
  readonly name = 'call-records'
  readonly #settings: CallRecordsSettings
  readonly #clock: Clock
  readonly #recentLimit: number
  readonly #finished: FinishedCalls
  readonly #active = new TurnoverMap<string, CallRecord>()
  readonly #costs = new Map<string, number>()
  readonly #totals = { finished: 0, answered: 0 }
  #recent: CallRecord[] = []
  #sweepTimer: Timer | undefined

  constructor(settings: CallRecordsSettings) {
    this.#settings = settings
    this.#clock = settings.clock ?? systemClock
    this.#recentLimit = settings.recentCalls ?? 200
    const { store, journal, log } = settings
    this.#finished = new FinishedCalls({ store, journal, clock: this.#clock, log })
  }

  /** Ends the calls that the last run of the box left open, and stores what it could not store any more. */
  async start(): Promise<void> {
    try {
      await this.#endCutCalls()
    } catch (error) {
      // The journal keeps them for the next start; a full disk is no reason to take no calls.
      this.#settings.log.error({ error: String(error) }, 'calls of the last run not stored yet')
    }
    this.#recent = await this.#settings.store.list(Number.MAX_SAFE_INTEGER, this.#recentLimit)
    this.#sweep()
  }

  /** Waits, not for long, for the ends of calls to be stored; the journal has what is not. */
  async stop(): Promise<void> {
    this.#sweepTimer?.cancel()
    this.#sweepTimer = undefined
    await this.#finished.stop()
  }

  /** A call is attempted. It cannot be lost any more when this returns. */
  began(record: CallRecord): void {
    this.#active.set(record.id, record)
    this.#settings.journal.note(record)
  }

  /** It rings, was answered, or is over and its cause is still asked for. */
  changed(record: CallRecord): void {
    const isOver = record.endedAt !== undefined
    if (!isOver) this.#active.set(record.id, record)
    if (this.#settings.journal.note(record) || isOver) return
    // The journal is behind: the database is the next best.
    this.#settings.store
      .save(record)
      .catch((error) => this.#settings.log.warn({ callId: record.callId, error }, 'call not recorded yet'))
  }

  /** It was no call: the caller was only asked who it is. */
  forgotten(id: string): void {
    this.#active.delete(id)
    this.#settings.journal.forget(id)
  }

  /** The call is over, answered or not. Nobody waits for it to be stored: the journal has it. */
  ended(record: CallRecord): void {
    this.#active.delete(record.id)
    const finished = finishedCall(record, this.#settings.classOf)
    this.#settings.journal.note(finished)
    this.#finish(finished)
    this.#recent.unshift(finished)
    if (this.#recent.length > this.#recentLimit) this.#recent.length = this.#recentLimit
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

  get counts(): CallCounts {
    const { unsaved, lost } = this.#finished
    return { ...this.#totals, costs: this.#costs, unsaved, lost }
  }

  #finish(record: CallRecord): void {
    this.#totals.finished++
    if (record.answeredAt !== undefined) this.#totals.answered++
    if (record.cost) this.#addCost(record, record.cost)
    this.#finished.store(record)
    this.#settings.onFinished?.(record)
  }

  #addCost({ path, target }: CallRecord, cost: number): void {
    // After a transfer the leg outside is the caller's side.
    const line = (path === 'trunk' || path === 'overlay') && target !== undefined ? target : 'transferred'
    this.#costs.set(line, (this.#costs.get(line) ?? 0) + cost)
  }

  async #endCutCalls(): Promise<void> {
    const { store, journal, log, classOf } = this.#settings
    const { calls, lastSignOfLife } = journal.found()
    const stored = await store.ended(calls.map(({ id }) => id))
    const left = new Map((await store.open()).map((record) => [record.id, record]))
    // The journal is never behind the database.
    for (const record of calls) if (!stored.has(record.id)) left.set(record.id, record)
    const now = this.#clock.now()
    const isOpen = ({ endedAt }: CallRecord) => endedAt === undefined
    const cut = [...left.values()].filter(isOpen).length
    const finished = [...left.values()].map((record) =>
      finishedCall(isOpen(record) ? cutCall(record, lastSignOfLife, now) : record, classOf),
    )
    for (let from = 0; from < finished.length; from += savedAtOnce)
      await Promise.all(finished.slice(from, from + savedAtOnce).map((record) => store.save(record)))
    for (const record of finished) this.#settings.onFinished?.(record)
    if (cut > 0) log.warn({ calls: cut }, 'calls were cut by the end of the last run')
    await journal.discardFound()
  }

  #sweep(): void {
    this.#trim().catch((error) => this.#settings.log.warn({ error }, 'old call records not removed'))
    this.#sweepTimer = this.#clock.after(sweepEveryMs, () => this.#sweep())
  }

  async #trim(): Promise<void> {
    const { store, keepDays, mostCalls } = this.#settings
    const before = this.#clock.now() - keepDays * dayMs
    while (await store.trim(before, mostCalls)) if (!this.#sweepTimer) return
  }
}
