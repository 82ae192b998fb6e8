import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Segment } from './segment.ts'

export interface SegmentWriterSettings {
  open(number: number): Segment
  readonly clock: Clock
  readonly log: Log
  /** Milliseconds of a clock that only goes forward. */
  readonly stopwatch: () => number
  /** After a rest: what was not written meanwhile should be. */
  readonly onRested: () => void
}

/** A write that keeps the event loop longer than this is slow, or the thread had to wait for a processor. */
const slowMs = 50
/** So many slow ones in a row, or one that is slower than this, are the disk's. */
const slowInARow = 3
const muchTooSlowMs = 500
const firstRestMs = 1_000
const longestRestMs = 60_000

/**
 * Appends to the newest file of the journal. A disk that fails or is slow is left alone for a while, a second at first and
 * a minute in the end: calls go on without it.
 */
export class SegmentWriter {
  readonly #settings: SegmentWriterSettings
  #segment: Segment | undefined
  #number = 0
  #bytes = 0
  #since = 0
  #isUnsynced = false
  /** What the disk does for us, one after the other: a slow one is not given more. */
  #working: Promise<boolean> = Promise.resolve(true)
  /** The sync that waits for its turn. */
  #nextSync: Promise<boolean> | undefined
  #rest: Timer | undefined
  #restMs = firstRestMs
  #slow = 0

  constructor(settings: SegmentWriterSettings) {
    this.#settings = settings
  }

  /** The number of the newest file. */
  get number(): number {
    return this.#number
  }

  /** The file that is written to now. */
  get openNumber(): number | undefined {
    return this.#segment && this.#number
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Milliseconds since the file was begun. */
  get age(): number {
    return this.#segment ? this.#settings.clock.now() - this.#since : 0
  }

  get isResting(): boolean {
    return this.#rest !== undefined
  }

  /** False when it was not written. The first append after `begin` makes the file. */
  append(text: string): boolean {
    if (this.#rest) return false
    const from = this.#settings.stopwatch()
    try {
      this.#segment ??= this.#openNext()
      this.#segment.append(text)
    } catch (error) {
      this.leave()
      this.#takeRest({ error: String(error) })
      return false
    }
    this.#bytes += text.length
    this.#isUnsynced = true
    this.#judge(this.#settings.stopwatch() - from)
    return true
  }

  /** Goes on after the file of this number. */
  begin(after: number): void {
    this.#number = after
  }

  /** What comes next goes into a new file. Nobody waits for the old one. */
  leave(): void {
    const segment = this.#segment
    this.#segment = undefined
    this.#bytes = 0
    this.#isUnsynced = false
    if (segment) void this.#inTurn(() => this.#finish(segment))
  }

  /** What was appended outlives a power failure; false when the disk would not have it. Files that were left come first. */
  sync(): Promise<boolean> {
    // One that has not begun will do for all who ask meanwhile.
    this.#nextSync ??= this.#inTurn(() => this.#syncOpen())
    return this.#nextSync
  }

  async close(): Promise<void> {
    this.#rest?.cancel()
    this.#rest = undefined
    this.leave()
    await this.#working
  }

  #inTurn(work: () => Promise<boolean>): Promise<boolean> {
    this.#working = this.#working.then(work)
    return this.#working
  }

  #judge(tookMs: number): void {
    this.#slow = tookMs > slowMs ? this.#slow + 1 : 0
    if (this.#slow === 0) this.#restMs = firstRestMs
    else if (this.#slow >= slowInARow || tookMs > muchTooSlowMs) {
      this.#slow = 0
      this.#takeRest({ tookMs: Math.round(tookMs) })
    }
  }

  #openNext(): Segment {
    const segment = this.#settings.open(this.#number + 1)
    this.#number++
    this.#since = this.#settings.clock.now()
    return segment
  }

  async #syncOpen(): Promise<boolean> {
    this.#nextSync = undefined
    const segment = this.#segment
    if (!segment || !this.#isUnsynced) return true
    this.#isUnsynced = false
    const isSynced = await this.#sync(segment)
    if (!isSynced && segment === this.#segment) this.#isUnsynced = true
    return isSynced
  }

  async #sync(segment: Segment): Promise<boolean> {
    try {
      await segment.sync()
      return true
    } catch (error) {
      this.#settings.log.error({ error: String(error) }, 'call journal not synced to the disk')
      return false
    }
  }

  async #finish(segment: Segment): Promise<boolean> {
    const isSynced = await this.#sync(segment)
    try {
      await segment.close()
    } catch (error) {
      this.#settings.log.error({ error: String(error) }, 'file of the call journal not closed')
    }
    return isSynced
  }

  #takeRest(trouble: Readonly<Record<string, unknown>>): void {
    const { clock, log, onRested } = this.#settings
    log.error({ ...trouble, restMs: this.#restMs }, 'call journal is behind')
    this.#rest = clock.after(this.#restMs, () => {
      this.#rest = undefined
      onRested()
    })
    this.#restMs = Math.min(this.#restMs * 2, longestRestMs)
  }
}
