import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { RecentMap } from '../../lib/recent-map.ts'
import type { PeerTable } from '../membership/peer-table.ts'
import type { PeerCalls } from '../protocol/peer-calls.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import type { Holders } from './holders.ts'
import type { PlacedPeer } from './placement.ts'
import type { CheckedRecord } from './record-check.ts'
import type { RecordOffers } from './record-offers.ts'
import type { RecordStore } from './record-store.ts'
import { keepersOf, type MarkedEntry, markBytes, SharedDigest, sharedDigests } from './shared-digests.ts'

interface Parts {
  readonly self: PeerId
  readonly holders: Holders
  readonly table: Pick<PeerTable, 'isMember' | 'placed'>
  readonly held: RecordStore
  readonly own: RecordStore
  readonly calls: PeerCalls
  readonly offers: RecordOffers
  readonly pause: (looked: number) => Promise<void> | undefined
  /** Fires when the box stops. */
  readonly stopped: AbortSignal
  readonly clock: Clock
  readonly log: Log
}

interface Snapshot {
  readonly at: number
  readonly placed: readonly PlacedPeer[]
  readonly digests: Promise<ReadonlyMap<PeerId, SharedDigest>>
}

const answerWithin = 3_000
/** Another box's digest makes this one offer its share no more often. */
const offersInReturnEvery = 5_000
const digestsAreFreshFor = 1_000
const peersRemembered = 1_024

/**
 * Finds out whether another box has what both should have, and offers it what differs. That is what both hold, and what one
 * of them signed and the other holds: the signer is the last to save a record that all its holders lost.
 */
export class RecordComparison {
  readonly #parts: Parts
  readonly #offeredAt = new RecentMap<number>(peersRemembered)
  #snapshot: Snapshot | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Never rejects: the box will have its turn again. */
  async compareWith(peer: PeerId): Promise<void> {
    const { calls, table, stopped, log } = this.#parts
    const digest = (await this.#digests()).get(peer)
    if (!digest || !table.isMember(peer)) return
    const ask = (bytes: Uint8Array) =>
      calls.ask(peer, { type: 'compare', digest: bytes }, 'compared', answerWithin, stopped)
    try {
      const { differing } = await ask(digest.whole)
      if (differing.length === 0) return
      const details = await ask(digest.parts)
      this.#offerShare(peer, details.differing)
    } catch (error) {
      log.debug({ peer, reason: (error as Error).message }, 'comparing records failed')
    }
  }

  /** Places at which another box's digest differs from this one's. Then both offer what they have in those buckets. */
  async answer(peer: PeerId, digest: Uint8Array): Promise<readonly number[]> {
    const own = (await this.#digests()).get(peer) ?? new SharedDigest()
    const differing = own.differences(digest)
    if (digest.length > markBytes && differing.length > 0 && this.#mayOffer(peer))
      this.#offerShare(peer, differing)
    return differing
  }

  #offerShare(peer: PeerId, differing: readonly number[]): void {
    const { self, holders, offers, clock } = this.#parts
    const inQuestion = new Set(differing)
    for (const entry of this.#entries(clock.now())) {
      if (!inQuestion.has(entry.bucket)) continue
      // Who signed it has it, or wants it no more.
      const isForPeer = holders.of(entry.kind, entry.resource).includes(peer)
      if (isForPeer && keepersOf(entry, holders).includes(self)) offers.owe(peer, entry.record)
    }
    offers.send(peer)
  }

  *#entries(now: number): Generator<MarkedEntry & { readonly record: CheckedRecord }> {
    const { self, held, own } = this.#parts
    yield* held.marked(now)
    for (const entry of own.marked(now)) {
      const { kind, resource, storedAt } = entry.record
      if ((held.latest(kind, resource, self) ?? 0) < storedAt) yield entry
    }
  }

  #mayOffer(peer: PeerId): boolean {
    const now = this.#parts.clock.now()
    if (now - (this.#offeredAt.get(peer) ?? Number.NEGATIVE_INFINITY) < offersInReturnEvery) return false
    this.#offeredAt.set(peer, now)
    return true
  }

  #digests(): Promise<ReadonlyMap<PeerId, SharedDigest>> {
    const { self, holders, table, pause, clock } = this.#parts
    const at = clock.now()
    const placed = table.placed()
    const known = this.#snapshot
    if (known?.placed === placed && at - known.at < digestsAreFreshFor) return known.digests
    const digests = sharedDigests(self, this.#entries(at), holders, pause)
    this.#snapshot = { at, placed, digests }
    return digests
  }
}
