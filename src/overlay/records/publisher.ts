import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Overlay, RecordKind } from '../overlay.ts'
import { RecordRefused } from './record-check.ts'

/** `now`: somebody may be waiting for it. `in turn`: so many a second, after those. */
export type Pace = 'now' | 'in turn'

interface Wish {
  /** Undefined: to be removed. */
  readonly value: Uint8Array | undefined
  /** When this box stops refreshing it; Infinity when never. Milliseconds since the Unix epoch. */
  readonly until: number
  failures: number
  /** When it is to be stored (again). */
  dueAt: number
  underWay: boolean
}

type Records = Pick<Overlay, 'store' | 'remove'>

export interface PublisherOptions {
  readonly longestLifetimeSeconds: number
  readonly clock: Clock
  readonly log: Log
  readonly random?: () => number
}

/** What is stored together travels together, as far as it goes to the same box. */
const atOnce = 64
const lookEveryMilliseconds = 250
/** 200 a second: each costs a signature here and a check at every holder. */
const inTurnPerLook = 50
const shortestLifetimeSeconds = 60
const longestRetryMilliseconds = 30_000
/** What this box's credential does not cover stays refused until it is renewed. */
const refusedRetryMilliseconds = 3_600_000
/** What ails one record mostly ails many. */
const warnEveryMilliseconds = 10_000
/** A clock that went back so far was set. */
const clockStepMilliseconds = 2_000

/**
 * Keeps this box's records of one kind in the overlay as wished: stores them, again before they expire, again after
 * trouble, and removes them. A later wish for the same resource replaces the earlier one.
 */
export class Publisher {
  readonly #kind: RecordKind
  readonly #overlay: Records
  readonly #options: PublisherOptions
  readonly #random: () => number
  readonly #wishes = new Map<string, Wish>()
  /** Resources whose wish may be due, each at most once. */
  readonly #queues: Readonly<Record<Pace, Set<string>>> = { now: new Set(), 'in turn': new Set() }
  readonly #work = new Set<Promise<void>>()
  #turns = inTurnPerLook
  #timer: Timer | undefined
  #lookedAt = 0
  #warnedAt = Number.NEGATIVE_INFINITY
  #stopped = true

  constructor(kind: RecordKind, overlay: Records, options: PublisherOptions) {
    this.#kind = kind
    this.#overlay = overlay
    this.#options = options
    this.#random = options.random ?? Math.random
  }

  start(): Promise<void> {
    this.#stopped = false
    this.#lookedAt = this.#options.clock.now()
    this.#look()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await Promise.all(this.#work)
  }

  publish(resource: string, value: Uint8Array, until: number, pace: Pace = 'now'): void {
    this.#wish(resource, value, until, pace)
  }

  withdraw(resource: string): void {
    this.#wish(resource, undefined, Number.POSITIVE_INFINITY, 'now')
  }

  /** Waits until what was asked for at pace `now` has had its first attempt. */
  async settled(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work)
  }

  #wish(resource: string, value: Uint8Array | undefined, until: number, pace: Pace): void {
    const dueAt = this.#options.clock.now()
    this.#wishes.set(resource, { value, until, failures: 0, dueAt, underWay: false })
    this.#queues[pace].add(resource)
    this.#drain()
  }

  #look(): void {
    if (this.#stopped) return
    const now = this.#options.clock.now()
    const wasSetBack = now < this.#lookedAt - clockStepMilliseconds
    this.#lookedAt = now
    for (const [resource, wish] of this.#wishes) {
      // What was stored by the clock as it was may be refused for being from the future.
      if (wasSetBack) wish.dueAt = now
      const isWaiting = wish.underWay || this.#queues.now.has(resource)
      if (wish.dueAt <= now && !isWaiting) this.#queues['in turn'].add(resource)
    }
    this.#turns = inTurnPerLook
    this.#drain()
    this.#timer = this.#options.clock.after(lookEveryMilliseconds, () => this.#look())
  }

  #drain(): void {
    for (const resource of this.#queues.now) {
      if (!this.#isFree) return
      this.#begin(resource)
    }
    for (const resource of this.#queues['in turn']) {
      if (!this.#isFree || this.#turns <= 0) return
      this.#turns--
      this.#begin(resource)
    }
  }

  get #isFree(): boolean {
    return !this.#stopped && this.#work.size < atOnce
  }

  #begin(resource: string): void {
    this.#queues.now.delete(resource)
    this.#queues['in turn'].delete(resource)
    const wish = this.#wishes.get(resource)
    if (!wish || wish.underWay) return
    wish.underWay = true
    const work = this.#fulfil(resource, wish).finally(() => {
      wish.underWay = false
      this.#work.delete(work)
      this.#drain()
    })
    this.#work.add(work)
  }

  async #fulfil(resource: string, wish: Wish): Promise<void> {
    const { clock } = this.#options
    try {
      if (wish.value === undefined) {
        await this.#overlay.remove(this.#kind, resource)
        return this.#forget(resource, wish)
      }
      const left = wish.until - clock.now()
      if (left <= 0) return this.#forget(resource, wish)
      const lifetimeSeconds = this.#lifetime(left)
      await this.#overlay.store(this.#kind, resource, wish.value, lifetimeSeconds)
      wish.failures = 0
      // Half of its life, give or take a tenth, so that not everything is refreshed at the same moment.
      wish.dueAt = clock.now() + lifetimeSeconds * 1_000 * (0.45 + 0.1 * this.#random())
    } catch (error) {
      this.#retryLater(resource, wish, error as Error)
    }
  }

  #forget(resource: string, wish: Wish): void {
    if (this.#wishes.get(resource) === wish) this.#wishes.delete(resource)
  }

  #retryLater(resource: string, wish: Wish, error: Error): void {
    const { clock, log } = this.#options
    wish.failures++
    const isRefused = error instanceof RecordRefused && error.fault === 'not-yours'
    const pause = isRefused
      ? refusedRetryMilliseconds
      : Math.min(longestRetryMilliseconds, 500 * 2 ** wish.failures)
    wish.dueAt = clock.now() + pause * (0.8 + 0.4 * this.#random())
    const facts = { kind: this.#kind, resource, reason: error.message }
    if (clock.now() - this.#warnedAt > warnEveryMilliseconds) {
      this.#warnedAt = clock.now()
      log.warn(facts, 'publishing a record failed')
    } else log.debug(facts, 'publishing a record failed')
  }

  #lifetime(leftMilliseconds: number): number {
    const wanted = Math.ceil(leftMilliseconds / 1_000)
    return Math.min(this.#options.longestLifetimeSeconds, Math.max(shortestLifetimeSeconds, wanted))
  }
}
