import type { Clock } from '../../lib/clock.ts'
import type { SigningKey } from '../../lib/ed25519.ts'
import type { Log } from '../../lib/log.ts'
import type { OverlayCounts } from '../diagnosis/overlay-counts.ts'
import type { PeerTable } from '../membership/peer-table.ts'
import type { RecordKind } from '../overlay.ts'
import type { PeerCalls } from '../protocol/peer-calls.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import type { EntryName } from '../protocol/peer-message.ts'
import type { CredentialReader } from '../trust/credential-reader.ts'
import { ChangeNotices } from './change-notices.ts'
import { Holders } from './holders.ts'
import { LocationService } from './location-service.ts'
import { type CacheLimits, LookUpCache } from './look-up-cache.ts'
import type { CheckedRecord } from './record-check.ts'
import { noStoreLimits, RecordStore, type StoreLimits } from './record-store.ts'
import { Replication } from './replication.ts'
import { StoreOutbox } from './store-outbox.ts'
import { Watchers } from './watchers.ts'

export interface RecordsParts {
  readonly self: PeerId
  readonly overlay: string
  readonly key: SigningKey
  /** This box's credential. */
  readonly credential: { readonly bytes: Uint8Array }
  readonly credentials: CredentialReader
  /** How many boxes hold a record. */
  readonly copies: number
  readonly cacheLimits: CacheLimits
  readonly storeLimits: StoreLimits
  readonly table: PeerTable
  readonly calls: PeerCalls
  readonly counts: OverlayCounts
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
}

const endless = new AbortController().signal

/** The records of the overlay, as far as this box is concerned: what it stored, holds for all, looks up and remembers. */
export class Records {
  /** For the overlay. */
  readonly held: RecordStore
  readonly locations: LocationService
  readonly #parts: RecordsParts
  readonly #own = new RecordStore(noStoreLimits)
  readonly #holders: Holders
  readonly #replication: Replication
  readonly #cache: LookUpCache
  readonly #watchers = new Watchers()
  readonly #notices: ChangeNotices

  constructor(parts: RecordsParts) {
    const { table, copies, calls, cacheLimits, counts, clock, log } = parts
    const held = new RecordStore(parts.storeLimits)
    const own = this.#own
    const holders = new Holders(table, copies)
    const replication = new Replication({ ...parts, holders, held, own })
    const outbox = new StoreOutbox(calls)
    const locations = new LocationService({ ...parts, holders, held, own, outbox, replication })
    this.held = held
    this.#parts = parts
    this.#holders = holders
    this.#replication = replication
    this.locations = locations
    this.#cache = new LookUpCache({
      lookUp: (kind, resource) => locations.lookUp(kind, resource, endless),
      ...{ counts, clock, limits: cacheLimits },
    })
    this.#notices = new ChangeNotices(calls, clock, log)
    own.onChange(({ kind, resource }) => this.#cache.changed(kind, resource))
    held.onChange(({ kind, resource }) => this.#heldChanged(kind, resource))
  }

  start(): void {
    this.#replication.start()
  }

  async stop(): Promise<void> {
    this.#notices.stop()
    await this.#replication.stop()
  }

  peersChanged(): void {
    this.locations.peersChanged()
    this.#cache.membersChanged()
    this.#replication.peersChanged()
  }

  /** Lets go of what is over. */
  sweep(): void {
    const now = this.#parts.clock.now()
    this.held.sweep(now)
    this.#own.sweep(now)
    this.#watchers.sweep(now)
  }

  /** That box belongs to the overlay no more. */
  forgetSigner(signer: PeerId): void {
    this.held.forgetSigner(signer)
    this.#cache.forgetSigner(signer)
  }

  /** See `Overlay.fetch`. */
  fetch(
    kind: RecordKind,
    resource: string,
    signal: AbortSignal,
    newerThan?: number,
  ): Promise<readonly CheckedRecord[]> {
    return this.#cache.fetch(kind, resource, signal, newerThan)
  }

  /** Of this box's own entries. */
  copies(): { wanted: number; confirmed: number } {
    return this.#replication.copies()
  }

  /** What is held of a resource, for another box; with `watch` it is told of the next change. */
  list(peer: PeerId, { kind, resource }: EntryName, watch: boolean): readonly Uint8Array[] {
    const now = this.#parts.clock.now()
    if (watch) this.#watchers.add(kind, resource, peer, now)
    return this.held.list(kind, resource, now).map(({ bytes }) => bytes)
  }

  /** Another box has said hello. */
  greeted(peer: PeerId): void {
    this.#replication.greeted(peer)
  }

  /** Another box compares what both should hold. */
  compare(peer: PeerId, digest: Uint8Array): Promise<readonly number[]> {
    return this.#replication.compare(peer, digest)
  }

  /** Another box says that entries have changed. Only holders know, so nobody else is listened to. */
  changed(peer: PeerId, entries: readonly EntryName[]): void {
    for (const { kind, resource } of entries)
      if (this.#holders.of(kind, resource).includes(peer)) this.#cache.changed(kind, resource)
  }

  #heldChanged(kind: RecordKind, resource: string): void {
    this.#cache.changed(kind, resource)
    const now = this.#parts.clock.now()
    for (const peer of this.#watchers.take(kind, resource, now)) this.#notices.tell(peer, kind, resource)
  }
}
