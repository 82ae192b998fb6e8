import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'

/** Why a message or a connection was not looked at. */
export type DropReason = 'banned' | 'scanner' | 'source-limit' | 'stranger-limit'

export type DropCounts = Record<DropReason, number>

const reportEveryMs = 10_000

const sentences: Readonly<Record<DropReason, string>> = {
  banned: 'banned source ignored',
  scanner: 'scanner ignored',
  'source-limit': 'source sends too much',
  'stranger-limit': 'unknown sources send too much',
}

/** Counts what is dropped, and says so in the log: at once, then every ten seconds at most for each reason. */
export class DropReport {
  readonly counts: DropCounts = { banned: 0, scanner: 0, 'source-limit': 0, 'stranger-limit': 0 }
  readonly #clock: Clock
  readonly #log: Log
  readonly #told = new Map<DropReason, { readonly at: number; readonly count: number }>()

  constructor(clock: Clock, log: Log) {
    this.#clock = clock
    this.#log = log
  }

  note(reason: DropReason, source: string, userAgent?: string): void {
    const count = ++this.counts[reason]
    const now = this.#clock.now()
    const told = this.#told.get(reason)
    if (told && now - told.at < reportEveryMs && now >= told.at) return
    this.#told.set(reason, { at: now, count })
    const fields = {
      source,
      dropped: count - (told?.count ?? 0),
      ...(userAgent !== undefined && { userAgent }),
    }
    this.#log.warn(fields, sentences[reason])
  }
}
