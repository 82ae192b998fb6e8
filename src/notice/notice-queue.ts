import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { type Boxed, within } from '../lib/time-box.ts'
import { NoticeRefused, type NoticeTarget, type QueuedNotice } from './notice-target.ts'

export interface NoticeQueueParts {
  readonly target: NoticeTarget
  readonly mostWaiting: number
  /** A notice older than this is not tried again. */
  readonly keepMs: number
  /** The notice has arrived, or was given up. */
  readonly onDone: (notice: QueuedNotice) => void
  readonly clock: Clock
  readonly log: Log
}

const deliverWithinMs = 10_000
const firstRetryMs = 1_000
const longestRetryMs = 900_000

/** The notices that wait for one receiver: one after the other, each until it has arrived; calls for help first. */
export class NoticeQueue {
  readonly #parts: NoticeQueueParts
  readonly #waiting: QueuedNotice[] = []
  readonly #stopped = new AbortController()
  #sending: Promise<void> | undefined
  #retry: Timer | undefined
  #retryMs = firstRetryMs
  #lastError: string | undefined
  #delivered = 0
  #dropped = 0

  constructor(parts: NoticeQueueParts) {
    this.#parts = parts
  }

  /** A call for help goes before all that waits, at once: who looks after it may not wait for a list of yesterday's calls. */
  push(notice: QueuedNotice): void {
    if (isUrgent(notice)) {
      this.#waiting.splice(this.#placeOfUrgent(), 0, notice)
      this.#retry?.cancel()
      this.#retry = undefined
      this.#retryMs = firstRetryMs
    } else this.#waiting.push(notice)
    if (this.#waiting.length > this.#parts.mostWaiting) this.#makeRoom()
    this.#sendNext()
  }

  /** What waits stays on disk. */
  async stop(): Promise<void> {
    this.#retry?.cancel()
    this.#retry = undefined
    this.#stopped.abort()
    await this.#sending
  }

  get view() {
    return {
      target: this.#parts.target.name,
      waiting: this.#waiting.length,
      delivered: this.#delivered,
      dropped: this.#dropped,
      lastError: this.#lastError,
    }
  }

  /** After the urgent ones that wait already, and not before the notice that is under way. */
  #placeOfUrgent(first = this.#sending ? 1 : 0): number {
    const place = this.#waiting.findIndex((each, index) => index >= first && !isUrgent(each))
    return place === -1 ? this.#waiting.length : place
  }

  #sendNext(): void {
    const [next] = this.#waiting
    if (!next || this.#sending || this.#retry || this.#stopped.signal.aborted) return
    this.#sending = this.#send(next).finally(() => {
      this.#sending = undefined
      this.#sendNext()
    })
  }

  async #send(notice: QueuedNotice): Promise<void> {
    const { target, clock } = this.#parts
    const outcome = await within(deliverWithinMs, clock, (signal) =>
      target.deliver(notice, AbortSignal.any([signal, this.#stopped.signal])),
    )
    if (this.#stopped.signal.aborted && outcome.kind !== 'value') return
    if (outcome.kind === 'value') this.#arrived(notice)
    else this.#failed(notice, outcome)
  }

  #arrived(notice: QueuedNotice): void {
    this.#delivered++
    this.#lastError = undefined
    this.#retryMs = firstRetryMs
    this.#remove(notice)
  }

  #failed(notice: QueuedNotice, outcome: Exclude<Boxed<void>, { kind: 'value' }>): void {
    const { target, clock, keepMs, log } = this.#parts
    const error = outcome.kind === 'failed' ? outcome.error : undefined
    this.#lastError = outcome.kind === 'too-late' ? 'no answer in time' : messageOf(error)
    const fields = { target: target.name, event: notice.notice.event, error: this.#lastError }
    if (error instanceof NoticeRefused || clock.now() - notice.notice.at >= keepMs) {
      log.error(fields, 'notice given up')
      this.#dropped++
      this.#remove(notice)
      return
    }
    log.warn({ ...fields, retryMs: this.#retryMs }, 'notice not delivered yet')
    if (!isUrgent(notice) && this.#waiting.some(isUrgent)) {
      this.#putBack(notice)
      return
    }
    this.#retry = clock.after(this.#retryMs, () => {
      this.#retry = undefined
      this.#sendNext()
    })
    this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs)
  }

  /** An urgent one came while this one was under way: that one is tried now. */
  #putBack(notice: QueuedNotice): void {
    this.#waiting.splice(this.#waiting.indexOf(notice), 1)
    this.#waiting.splice(this.#placeOfUrgent(0), 0, notice)
  }

  /** Drops the oldest call that is over, else the oldest notice that is not urgent; never the one that is under way. */
  #makeRoom(): void {
    const droppable = this.#waiting.slice(this.#sending ? 1 : 0)
    const victim =
      droppable.find(({ notice }) => notice.event === 'call') ??
      droppable.find((each) => !isUrgent(each)) ??
      droppable[0]
    if (!victim) return
    if (this.#dropped++ === 0)
      this.#parts.log.error(
        { target: this.#parts.target.name },
        'notices dropped: too many wait for the receiver',
      )
    this.#remove(victim)
  }

  #remove(notice: QueuedNotice): void {
    const place = this.#waiting.indexOf(notice)
    if (place !== -1) this.#waiting.splice(place, 1)
    this.#parts.onDone(notice)
  }
}

function isUrgent({ notice }: QueuedNotice): boolean {
  return notice.event === 'emergency'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
