import { randomUUID } from 'node:crypto'
import type { Notice, NoticeEvent, NoticeSink } from '../domain/notice.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { RareLine } from '../lib/rare-line.ts'
import { NoticeQueue } from './notice-queue.ts'
import type { NoticeStore } from './notice-store.ts'
import type { NoticeTarget, QueuedNotice } from './notice-target.ts'

export interface NoticesSettings {
  readonly targets: readonly NoticeTarget[]
  readonly store: NoticeStore
  readonly mostWaiting: number
  readonly retryHours: number
  readonly clock: Clock
  readonly log: Log
}

/** How it stands with one receiver. */
export interface NoticeTargetView {
  readonly target: string
  readonly waiting: number
  readonly delivered: number
  readonly dropped: number
  readonly lastError: string | undefined
}

const hourMs = 3_600_000

/** Hands every notice to all who want its kind. Each receiver has a queue of its own: a slow one holds up nobody else. */
export class Notices implements NoticeSink, Part {
  readonly name = 'notices'
  readonly #settings: NoticesSettings
  readonly #queues: readonly { readonly target: NoticeTarget; readonly queue: NoticeQueue }[]
  readonly #wanted: ReadonlySet<NoticeEvent>
  readonly #line: RareLine
  #nextNumber = 1
  #isLoaded = false
  #early: Notice[] = []

  constructor(settings: NoticesSettings) {
    this.#settings = settings
    const { targets, mostWaiting, retryHours, clock, log } = settings
    this.#line = new RareLine(clock)
    this.#wanted = new Set(targets.flatMap(({ events }) => [...events]))
    const onDone = (notice: QueuedNotice) => this.#written(settings.store.remove(notice.number))
    this.#queues = targets.map((target) => ({
      target,
      queue: new NoticeQueue({ target, mostWaiting, keepMs: retryHours * hourMs, onDone, clock, log }),
    }))
  }

  /** Goes on with what had not arrived when the box was stopped. */
  async start(): Promise<void> {
    for (const notice of await this.#settings.store.load()) {
      this.#nextNumber = Math.max(this.#nextNumber, notice.number + 1)
      const known = this.#queues.find(({ target }) => target.name === notice.target)
      if (known) known.queue.push(notice)
      else this.#written(this.#settings.store.remove(notice.number)) // it is no longer in the config
    }
    this.#isLoaded = true
    for (const notice of this.#early.splice(0)) this.send(notice)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#queues.map(({ queue }) => queue.stop()))
  }

  /** Whether anybody is told of such things. */
  wants(event: NoticeEvent): boolean {
    return this.#wanted.has(event)
  }

  send(notice: Notice): void {
    if (!this.wants(notice.event)) return
    if (!this.#isLoaded) {
      if (this.#early.length < this.#settings.mostWaiting) this.#early.push(notice)
      return
    }
    for (const { target, queue } of this.#queues) {
      if (!target.events.has(notice.event)) continue
      const queued = { number: this.#nextNumber++, target: target.name, id: randomUUID(), notice }
      this.#written(this.#settings.store.add(queued))
      queue.push(queued)
    }
  }

  view(): readonly NoticeTargetView[] {
    return this.#queues.map(({ queue }) => queue.view)
  }

  /** A notice that cannot be kept on disk is sent all the same. */
  #written(writing: Promise<void>): void {
    writing.catch((error: unknown) =>
      this.#line.say('store', (unsaid) =>
        this.#settings.log.warn({ error: String(error), unsaid }, 'waiting notices not kept on disk'),
      ),
    )
  }
}
