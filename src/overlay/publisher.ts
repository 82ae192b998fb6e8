import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Overlay, RecordKind } from './overlay.ts'

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

const atOnce = 16
const lookEveryMilliseconds = 250
const shortestLifetimeSeconds = 60
const longestRetryMilliseconds = 30_000

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
  readonly #queue = new Set<string>()
  readonly #work = new Set<Promise<void>>()
  #timer: Timer | undefined
  #stopped = true

  constructor(kind: RecordKind, overlay: Records, options: PublisherOptions) {
    this.#kind = kind
    this.#overlay = overlay
    this.#options = options
    this.#random = options.random ?? Math.random
  }

  start(): Promise<void> {
    this.#stopped = false
    this.#look()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await Promise.all(this.#work)
  }

  publish(resource: string, value: Uint8Array, until: number): void {
    this.#wish(resource, value, until)
  }

  withdraw(resource: string): void {
    this.#wish(resource, undefined, Number.POSITIVE_INFINITY)
  }

  /** Waits until no wish waits for its first attempt. */
  async settled(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work)
  }

  #wish(resource: string, value: Uint8Array | undefined, until: number): void {
    const dueAt = this.#options.clock.now()
    this.#wishes.set(resource, { value, until, failures: 0, dueAt, underWay: false })
    this.#queue.add(resource)
    this.#drain()
  }

  #look(): void {
    if (this.#stopped) return
    const now = this.#options.clock.now()
    for (const [resource, { dueAt }] of this.#wishes) if (dueAt <= now) this.#queue.add(resource)
    this.#drain()
    this.#timer = this.#options.clock.after(lookEveryMilliseconds, () => this.#look())
  }

  #drain(): void {
    for (const resource of this.#queue) {
      if (this.#stopped || this.#work.size >= atOnce) return
      this.#queue.delete(resource)
      const wish = this.#wishes.get(resource)
      if (!wish || wish.underWay) continue
      wish.underWay = true
      const work = this.#fulfil(resource, wish).finally(() => {
        wish.underWay = false
        this.#work.delete(work)
        this.#drain()
      })
      this.#work.add(work)
    }
  }

  async #fulfil(resource: string, wish: Wish): Promise<void> {
    const { clock, log } = this.#options
    try {
      if (wish.value === undefined) {
        await this.#overlay.remove(this.#kind, resource)
        if (this.#wishes.get(resource) === wish) this.#wishes.delete(resource)
        return
      }
      const left = wish.until - clock.now()
      if (left <= 0) {
        if (this.#wishes.get(resource) === wish) this.#wishes.delete(resource)
        return
      }
      const lifetimeSeconds = this.#lifetime(left)
      await this.#overlay.store(this.#kind, resource, wish.value, lifetimeSeconds)
      wish.failures = 0
      // Half of its life, give or take a tenth, so that not everything is refreshed at the same moment.
      wish.dueAt = clock.now() + lifetimeSeconds * 1_000 * (0.45 + 0.1 * this.#random())
    } catch (error) {
      wish.failures++
      const pause = Math.min(longestRetryMilliseconds, 500 * 2 ** wish.failures)
      wish.dueAt = clock.now() + pause * (0.8 + 0.4 * this.#random())
      log.warn({ kind: this.#kind, resource, reason: (error as Error).message }, 'publishing a record failed')
    }
  }

  #lifetime(leftMilliseconds: number): number {
    const wanted = Math.ceil(leftMilliseconds / 1_000)
    return Math.min(this.#options.longestLifetimeSeconds, Math.max(shortestLifetimeSeconds, wanted))
  }
}
