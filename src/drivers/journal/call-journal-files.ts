import { performance } from 'node:perf_hooks'
import type { CallRecord } from '../../domain/call-record.ts'
import { type Clock, systemClock, type Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import { TurnoverMap } from '../../lib/turnover-map.ts'
import type { CallJournal, FoundCalls } from '../../records/call-journal.ts'
import { type JournalEntry, printJournalLine } from './journal-line.ts'
import { replay } from './replay.ts'
import { openSegment, type Segment } from './segment.ts'
import { SegmentFolder } from './segment-folder.ts'
import { SegmentWriter } from './segment-writer.ts'

export interface CallJournalSettings {
  /** Folder of the journal; made when missing. */
  readonly folder: string
  /** Resolves when every call that was settled would outlive a power failure where it is stored. */
  makeDurable(): Promise<void>
  readonly log: Log
  readonly clock?: Clock
  /** A file that has grown to this is followed by another one. */
  readonly segmentBytes?: number
  readonly openSegment?: (path: string) => Segment
  readonly stopwatch?: () => number
}

interface NotedCall {
  line: string
  /** The file in which its last written line is. */
  file: number | undefined
  /** There is something newer than that line. */
  isStale: boolean
}

const usualSegmentBytes = 4 * 1024 * 1024
const longestSegmentMs = 3_600_000
const heartbeatMs = 1_000
/** With more files than these, the calls that hold the oldest one are noted again. */
const mostFiles = 4

/**
 * The journal as files that are only appended to. Each line says all about one call, so only its last line counts; a file
 * goes when no call has its last line there and all older files are gone, so that no older line can come to life again.
 */
export class CallJournalFiles implements CallJournal, Part {
  readonly name = 'call-journal'
  readonly #settings: CallJournalSettings
  readonly #clock: Clock
  readonly #folder: SegmentFolder
  readonly #writer: SegmentWriter
  readonly #segmentBytes: number
  readonly #calls = new TurnoverMap<string, NotedCall>()
  /** How many calls have their last line in the file of that number; oldest first. */
  readonly #needed = new Map<number, number>()
  #found: FoundCalls = { calls: [], lastSignOfLife: undefined }
  #foundFiles = new Map<number, { readonly isDamaged: boolean }>()
  #heartbeat: Timer | undefined
  #tidying: Promise<void> | undefined
  #isUntidy = false
  #isStarted = false

  constructor(settings: CallJournalSettings) {
    this.#settings = settings
    this.#clock = settings.clock ?? systemClock
    this.#folder = new SegmentFolder(settings.folder)
    this.#segmentBytes = settings.segmentBytes ?? usualSegmentBytes
    const open = settings.openSegment ?? openSegment
    this.#writer = new SegmentWriter({
      open: (number) => open(this.#folder.path(number)),
      clock: this.#clock,
      log: settings.log,
      stopwatch: settings.stopwatch ?? (() => performance.now()),
      onRested: () => this.#catchUp(),
    })
  }

  /** Reads what the last run left. */
  async start(): Promise<void> {
    const numbers = await this.#folder.numbers()
    await this.#read(numbers)
    this.#writer.begin(numbers.at(-1) ?? 0)
    this.#isStarted = true
    this.#beat()
  }

  async stop(): Promise<void> {
    this.#heartbeat?.cancel()
    this.#heartbeat = undefined
    if (!this.#isStarted) return
    this.#isStarted = false
    await this.#tidying
    await this.#writer.close()
    this.#tidy()
    await this.#tidying
  }

  note(record: CallRecord): boolean {
    const call = this.#calls.get(record.id) ?? { line: '', file: undefined, isStale: true }
    this.#calls.set(record.id, call)
    call.line = printJournalLine({ kind: 'call', at: this.#clock.now(), record })
    this.#write(call)
    if (this.#writer.bytes > this.#segmentBytes) this.#turnPage()
    return !call.isStale
  }

  forget(id: string): void {
    if (this.#calls.get(id)?.file !== undefined)
      this.#append(printJournalLine({ kind: 'forgotten', at: this.#clock.now(), id }))
    this.settle(id)
  }

  settle(id: string): void {
    const call = this.#calls.get(id)
    if (!call) return
    this.#calls.delete(id)
    this.#unpin(call)
  }

  found(): FoundCalls {
    return this.#found
  }

  async discardFound(): Promise<void> {
    if (this.#foundFiles.size === 0) return
    await this.#settings.makeDurable()
    for (const [number, { isDamaged }] of this.#foundFiles) {
      if (isDamaged) await this.#folder.setAside(number)
      else await this.#folder.remove(number)
    }
    this.#foundFiles.clear()
    this.#found = { calls: [], lastSignOfLife: undefined }
  }

  /** For the metrics: calls whose last state is not on disk, and files. */
  get counts(): { readonly behind: number; readonly files: number; readonly isBehind: boolean } {
    const { isResting } = this.#writer
    const behind = isResting ? [...this.#calls.values()].filter(({ isStale }) => isStale).length : 0
    return { behind, files: this.#needed.size, isBehind: isResting }
  }

  async #read(numbers: readonly number[]): Promise<void> {
    const entries: JournalEntry[] = []
    for (const number of numbers) {
      const content = await this.#folder.read(number)
      if (content.damaged > 0)
        this.#settings.log.warn({ number, damaged: content.damaged }, 'damaged lines in the call journal')
      this.#foundFiles.set(number, { isDamaged: content.damaged > 0 })
      for (const entry of content.entries) entries.push(entry)
    }
    this.#found = replay(entries)
  }

  /** Until the new line is on disk, the old one keeps its file. */
  #write(call: NotedCall): void {
    call.isStale = !this.#append(call.line)
    if (call.isStale) return
    this.#unpin(call)
    const { number } = this.#writer
    call.file = number
    this.#needed.set(number, (this.#needed.get(number) ?? 0) + 1)
  }

  #append(line: string): boolean {
    const isWritten = this.#writer.append(line)
    const { number } = this.#writer
    if (isWritten && !this.#needed.has(number)) this.#needed.set(number, 0)
    return isWritten
  }

  #unpin(call: NotedCall): void {
    const { file } = call
    call.file = undefined
    if (file === undefined) return
    const left = (this.#needed.get(file) ?? 1) - 1
    this.#needed.set(file, left)
    if (left === 0 && file !== this.#writer.openNumber) this.#tidy()
  }

  #turnPage(): void {
    this.#writer.leave()
    if (this.#needed.size >= mostFiles) this.#renewOldest()
    this.#tidy()
  }

  #renewOldest(): void {
    // Older ones that no call needs are only not removed yet.
    const [oldest] = [...this.#needed].find(([, calls]) => calls > 0) ?? []
    if (oldest === undefined) return
    for (const call of this.#calls.values()) if (call.file === oldest) this.#write(call)
  }

  #catchUp(): void {
    for (const call of this.#calls.values()) if (call.isStale) this.#write(call)
    if (!this.#writer.isResting) this.#settings.log.info({}, 'call journal has caught up')
  }

  #beat(): void {
    if (this.#calls.size > 0) this.#append(printJournalLine({ kind: 'alive', at: this.#clock.now() }))
    void this.#writer.sync()
    if (this.#writer.age > longestSegmentMs) this.#turnPage()
    this.#heartbeat = this.#clock.after(heartbeatMs, () => this.#beat())
  }

  /** Removes the oldest files that no call needs. */
  #tidy(): void {
    this.#isUntidy = true
    this.#tidying ??= this.#removeWhileUntidy()
  }

  async #removeWhileUntidy(): Promise<void> {
    try {
      while (this.#isUntidy) {
        this.#isUntidy = false
        await this.#removeOldest()
      }
    } catch (error) {
      this.#settings.log.warn({ error: String(error) }, 'call journal not tidied up')
    } finally {
      this.#tidying = undefined // in the same turn as the last look, so that no wish falls between
    }
  }

  async #removeOldest(): Promise<void> {
    const unneeded: number[] = []
    for (const [number, calls] of this.#needed) {
      if (calls > 0 || number === this.#writer.openNumber) break
      unneeded.push(number)
    }
    if (unneeded.length === 0) return
    if (!(await this.#writer.sync())) return // calls noted again are in the newest file
    await this.#settings.makeDurable()
    for (const number of unneeded) {
      await this.#folder.remove(number)
      this.#needed.delete(number)
    }
  }
}
