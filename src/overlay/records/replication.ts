import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { PeerTable } from '../membership/peer-table.ts'
import type { PeerCalls } from '../protocol/peer-calls.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import { type Change, handoverAt } from './handover.ts'
import type { Holders } from './holders.ts'
import { storeHere } from './location-service.ts'
import { type PlacedPeer, pointOfResource } from './placement.ts'
import type { CheckedRecord } from './record-check.ts'
import { RecordComparison } from './record-comparison.ts'
import { RecordOffers } from './record-offers.ts'
import type { RecordStore } from './record-store.ts'

/** A change of the members is rarely alone. */
const afterChangeMilliseconds = 250
/** By then what was handed over has arrived, or has not. */
const verifyMilliseconds = 2_000
const compareEveryMilliseconds = 5_000
const recordsBetweenPauses = 500

interface Parts {
  readonly self: PeerId
  readonly holders: Holders
  readonly table: Pick<PeerTable, 'members' | 'isMember' | 'placed'>
  readonly held: RecordStore
  readonly own: RecordStore
  readonly calls: PeerCalls
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
}

/**
 * Sees to it that the boxes that should hold a record do. When a member comes or goes, one of the earlier holders offers
 * what the new ones lack. That it arrived, and that nothing was lost since, is found out by comparing digests: two
 * seconds after a change with the boxes that it touched, otherwise with one box after the other.
 */
export class Replication {
  readonly #parts: Parts
  readonly #offers: RecordOffers
  readonly #comparison: RecordComparison
  /** The members at the last look: since when each is one, and where they are placed. */
  #sessions: ReadonlyMap<PeerId, number> = new Map()
  #placed: readonly PlacedPeer[] = []
  readonly #toVerify = new Set<PeerId>()
  /** Boxes still to be compared with in this round. */
  #round: PeerId[] = []
  readonly #timers = new Map<'look' | 'verify' | 'compare', Timer>()
  readonly #work = new Set<Promise<void>>()
  readonly #stopped = new AbortController()

  constructor(parts: Parts) {
    this.#parts = parts
    const stopped = this.#stopped.signal
    this.#offers = new RecordOffers({ ...parts, stopped })
    const pause = (looked: number) => this.#pause(looked)
    this.#comparison = new RecordComparison({ ...parts, offers: this.#offers, pause, stopped })
  }

  start(): void {
    this.#placed = this.#parts.table.placed()
    this.#planComparison()
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new Error('the box stops'))
    for (const timer of this.#timers.values()) timer.cancel()
    await Promise.all([this.#offers.settled(), ...this.#work])
  }

  /** Boxes came or went: looks soon, once for all changes of the moment. */
  peersChanged(): void {
    this.#plan('look', afterChangeMilliseconds, () => this.#handOver())
  }

  /** A member says hello again: it may have been restarted before anybody saw it go. */
  greeted(peer: PeerId): void {
    this.#toVerify.add(peer)
    this.#plan('verify', verifyMilliseconds, () => this.#verify())
  }

  /** A holder did not take a record of this box. */
  missed(peer: PeerId, record: CheckedRecord): void {
    this.#offers.owe(peer, record)
  }

  /** Answers another box's question; see `RecordComparison`. */
  compare(peer: PeerId, digest: Uint8Array): Promise<readonly number[]> {
    return this.#comparison.answer(peer, digest)
  }

  /** Of this box's own entries: how many copies there should be, and how many are not known to be missing. */
  copies(): { wanted: number; confirmed: number } {
    const { holders, own, self, clock } = this.#parts
    let wanted = 0
    for (const { kind, resource, removed } of own.unexpired(clock.now()))
      if (!removed) wanted += holders.of(kind, resource).length
    return { wanted, confirmed: Math.max(0, wanted - this.#offers.countOf(self)) }
  }

  /** Unless the same is planned already. */
  #plan(what: 'look' | 'verify' | 'compare', milliseconds: number, action: () => Promise<unknown>): void {
    if (this.#stopped.signal.aborted || this.#timers.has(what)) return
    const run = () => {
      this.#timers.delete(what)
      const work: Promise<void> = action().then(() => {
        this.#work.delete(work)
      })
      this.#work.add(work)
    }
    this.#timers.set(what, this.#parts.clock.after(milliseconds, run))
  }

  async #handOver(): Promise<void> {
    const { held, own, clock } = this.#parts
    const change = this.#takeChange()
    let looked = 0
    const isChange = change.before.length !== change.after.length || differs(change)
    for (const store of isChange ? [held, own] : [])
      for (const record of store.unexpired(clock.now())) {
        this.#handOverRecord(record, change)
        const pausing = this.#pause(++looked)
        if (pausing) await pausing
      }
    this.#offers.sendAll()
    this.#plan('verify', verifyMilliseconds, () => this.#verify())
  }

  #takeChange(): Change {
    const { table } = this.#parts
    const sessions = new Map(table.members().map(({ peer, since }) => [peer, since]))
    // Who went and came back between two looks may have lost everything.
    const isNew = ({ peer }: PlacedPeer) =>
      sessions.has(peer) && sessions.get(peer) !== this.#sessions.get(peer)
    const change = { before: this.#placed.filter((placed) => !isNew(placed)), after: table.placed() }
    this.#sessions = sessions
    this.#placed = change.after
    return change
  }

  #handOverRecord(record: CheckedRecord, change: Change): void {
    const { holders, held, self } = this.#parts
    const point = pointOfResource(record.kind, record.resource)
    const { newcomers, giver } = handoverAt(point, change, holders.copies)
    for (const peer of newcomers) {
      if (peer === self) {
        // It has its own record already, and now holds it for others, too.
        if (record.signer === self) storeHere(held, record)
        continue
      }
      this.#toVerify.add(peer)
      if (giver === undefined || giver === self) this.#offers.owe(peer, record)
    }
  }

  #verify(): Promise<unknown> {
    const peers = [...this.#toVerify]
    this.#toVerify.clear()
    return Promise.all(peers.map((peer) => this.#comparison.compareWith(peer)))
  }

  #planComparison(): void {
    const { table, random } = this.#parts
    this.#plan('compare', compareEveryMilliseconds * (0.8 + 0.4 * random()), async () => {
      this.#planComparison()
      this.#offers.sendAll()
      if (this.#round.length === 0) this.#round = shuffled(table.members(), random).map(({ peer }) => peer)
      const next = this.#round.pop()
      if (next !== undefined) await this.#comparison.compareWith(next)
    })
  }

  #pause(looked: number): Promise<void> | undefined {
    if (looked % recordsBetweenPauses !== 0 || this.#stopped.signal.aborted) return undefined
    return new Promise((resolve) => this.#parts.clock.after(0, resolve))
  }
}

function differs({ before, after }: Change): boolean {
  return before.some(({ peer, point }, place) => after[place]?.peer !== peer || after[place]?.point !== point)
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item)
}
