import type { AorText } from '../domain/aor.ts'
import type { Binding } from '../domain/binding.ts'
import type { SipSource } from '../domain/sip.ts'
import { type Clock, systemClock, type Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { BindingIndex } from './binding-index.ts'
import type { BindingChanges, BindingStore } from './binding-store.ts'
import { RegistrationRefused } from './registration-refused.ts'
import { Turns } from './turns.ts'

export interface LocationSettings {
  readonly store: BindingStore
  readonly log: Log
  readonly clock?: Clock
  readonly maxBindings?: number
}

/** `bindings` is what the AoR has now; empty when it went away. */
export type LocationListener = (aor: AorText, bindings: readonly Binding[]) => void

export type ExpiryListener = (expired: readonly Binding[]) => void

const sweepEveryMs = 1_000
const maxWaitingForOneAor = 50
/** What expired while the box was down is told of for so long. */
const tellExpiredForMs = 15 * 60_000

/**
 * Where the users are: all bindings in memory, every change durable before it is seen or promised. Changes of one AoR
 * are made one after the other.
 */
export class Location implements Part {
  readonly name = 'location'
  readonly #store: BindingStore
  readonly #log: Log
  readonly #clock: Clock
  readonly #maxBindings: number
  readonly #index = new BindingIndex()
  readonly #turns = new Turns()
  readonly #listeners = new Set<LocationListener>()
  readonly #expiryListeners: ExpiryListener[] = []
  #sweepTimer: Timer | undefined

  constructor({ store, log, clock = systemClock, maxBindings = 200_000 }: LocationSettings) {
    this.#store = store
    this.#log = log
    this.#clock = clock
    this.#maxBindings = maxBindings
  }

  async start(): Promise<void> {
    const now = this.#clock.now()
    const expired: Binding[] = []
    for (const binding of await this.#store.load(now - tellExpiredForMs)) {
      if (binding.expiresAt > now) this.#index.apply(binding.aor, { put: [binding], remove: [] })
      else expired.push(binding)
    }
    this.#tellExpired(expired)
    this.#log.info({ bindings: this.#index.size }, 'registrations loaded')
    this.#sweepLater()
  }

  async stop(): Promise<void> {
    this.#sweepTimer?.cancel()
    this.#sweepTimer = undefined
    await this.#turns.done()
  }

  get size(): number {
    return this.#index.size
  }

  /** Most preferred first (q), of equals the latest first. */
  lookup(aor: AorText, now = this.#clock.now()): Binding[] {
    return this.#index.of(aor).filter((binding) => binding.expiresAt > now)
  }

  /** All that have not expired; of those that had not a moment ago, the ones that nobody was told of as expired. */
  *all(now = this.#clock.now()): Iterable<Binding> {
    for (const binding of this.#index.all()) if (binding.expiresAt > now) yield binding
  }

  /** Users with a binding. */
  aors(): Iterable<AorText> {
    return this.#index.aors()
  }

  /** Bindings that were registered from exactly this transport, address and port, such as the lines of one phone. */
  findBySource(source: SipSource): Iterable<Binding> {
    return this.#index.from(source)
  }

  /**
   * Changes the bindings of one AoR to what `plan` makes of those it has. Resolves to the bindings afterwards, when the
   * change is durable; rejects with what `plan` throws or the store rejects with, and then nothing has changed.
   */
  async update(
    aor: AorText,
    plan: (current: readonly Binding[]) => BindingChanges,
  ): Promise<readonly Binding[]> {
    if (this.#turns.length(aor) >= maxWaitingForOneAor) throw overloaded()
    return this.#turns.take(aor, async () => {
      const changes = plan(this.lookup(aor))
      if (changes.put.length + changes.remove.length === 0) return this.lookup(aor)
      if (this.#index.size + changes.put.length > this.#maxBindings + changes.remove.length)
        throw overloaded()
      await this.#store.save(changes)
      if (this.#index.apply(aor, changes)) this.#announce(aor)
      return this.lookup(aor)
    })
  }

  /** As `update`, for changes that do not depend on what is there. */
  save(aor: AorText, changes: BindingChanges): Promise<readonly Binding[]> {
    return this.update(aor, () => changes)
  }

  /** Told when a user's phones come, go or move; not when they only refresh. Returns the way to unsubscribe. */
  onChange(listener: LocationListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Told of what expired, within seconds; after a start also of what expired shortly before. Not of what was taken back. */
  onExpiry(listener: ExpiryListener): void {
    this.#expiryListeners.push(listener)
  }

  #tellExpired(expired: readonly Binding[]): void {
    for (const listener of this.#expiryListeners) listener(expired)
  }

  #announce(aor: AorText): void {
    const bindings = this.lookup(aor)
    for (const listener of this.#listeners) listener(aor, bindings)
  }

  #sweepLater(): void {
    this.#sweepTimer = this.#clock.after(sweepEveryMs, () => {
      this.#sweepLater()
      this.#sweep()
    })
  }

  #sweep(): void {
    for (const [aor, expired] of this.#index.takeExpired(this.#clock.now())) {
      this.#announce(aor)
      this.#tellExpired(expired)
      this.#turns
        .take(aor, () => this.#forget(expired))
        // On disk it stays expired: the next start forgets it.
        .catch((error) => this.#log.warn({ aor, error }, 'expired registration not removed from disk'))
    }
  }

  /** Removes from disk what did not come back while it waited for its turn. */
  async #forget(expired: readonly Binding[]): Promise<void> {
    const remove = expired.filter((binding) => !this.#index.has(binding))
    if (remove.length > 0) await this.#store.save({ put: [], remove })
  }
}

function overloaded(): RegistrationRefused {
  return new RegistrationRefused(503, 'Too Many Registrations', { 'Retry-After': '10' })
}
