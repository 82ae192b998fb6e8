import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { RareLine } from '../../lib/rare-line.ts'
import type { OutageReport } from './outage-report.ts'
import type { OpenOutage, OutageStore } from './outage-store.ts'
import type { RunningOutage } from './running-outage.ts'

const saveEveryMs = 10_000
const saveRollEveryMs = 30_000
const keepMs = 366 * 86_400_000
const mostKept = 500

/** Keeps reports on disk while they change, so that a `kill -9` costs ten seconds of one at most. */
export class KeptReports {
  readonly #store: OutageStore
  readonly #clock: Clock
  readonly #log: Log
  readonly #line: RareLine
  readonly #savedAt = new WeakMap<RunningOutage, { report: number; roll: number }>()
  #saving: Promise<void> = Promise.resolve()

  constructor(store: OutageStore, clock: Clock, log: Log) {
    this.#store = store
    this.#clock = clock
    this.#log = log
    this.#line = new RareLine(clock)
  }

  /** Those that were not closed, oldest first; none when the disk cannot tell. */
  async open(): Promise<readonly OpenOutage[]> {
    try {
      await this.#store.trim(this.#clock.now() - keepMs, mostKept)
      return await this.#store.open()
    } catch (error) {
      // A report is no reason to serve no calls.
      this.#log.error({ error: String(error) }, 'outage reports not read')
      return []
    }
  }

  /** Stores what has changed when that is due, or `now`. */
  save(outage: RunningOutage, when: 'due' | 'now'): void {
    const now = this.#clock.now()
    const last = this.#savedAt.get(outage) ?? { report: 0, roll: 0 }
    const isDue = (at: number, everyMs: number) => when === 'now' || now - at >= everyMs
    const roll = outage.unsaved.roll && isDue(last.roll, saveRollEveryMs)
    const report = roll || (outage.unsaved.report && isDue(last.report, saveEveryMs))
    if (!report) return
    this.#savedAt.set(outage, { report: now, roll: roll ? now : last.roll })
    const kept = outage.report
    if (roll) outage.unsaved.roll = false
    this.#write(async () => {
      await this.#store.save(kept, now)
      if (outage.report === kept) outage.unsaved.report = false
      if (roll && kept.stage !== 'closed') await this.#store.saveRoll(kept.id, outage.roll.entries)
    }, outage)
  }

  /** Newest first; these that run are as they are now. */
  async list(most: number, running: readonly OutageReport[]): Promise<readonly OutageReport[]> {
    const ids = new Set(running.map(({ id }) => id))
    const stored = (await this.#store.list(most)).filter(({ id }) => !ids.has(id))
    return [...running, ...stored].sort((a, b) => b.detectedAt - a.detectedAt).slice(0, most)
  }

  find(id: string): Promise<OutageReport | undefined> {
    return this.#store.find(id)
  }

  /** One that is closed makes room for the next. */
  trim(): void {
    this.#write(() => this.#store.trim(this.#clock.now() - keepMs, mostKept))
  }

  /** Resolves when all is stored, or could not be. */
  done(): Promise<void> {
    return this.#saving
  }

  #write(action: () => Promise<void>, outage?: RunningOutage): void {
    this.#saving = this.#saving.then(action).catch((error: unknown) => {
      if (outage) outage.unsaved.roll = true
      this.#line.say('store', (unsaid) =>
        this.#log.warn({ error: String(error), unsaid }, 'outage report not stored yet'),
      )
    })
  }
}
