import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { PeerCalls } from './peer-calls.ts'
import type { PeerId } from './peer-id.ts'
import { mostOffersPerMessage, mostRecordsPerMessage } from './peer-message.ts'
import type { PeerTable } from './peer-table.ts'
import { closestPeers, pointOfResource } from './placement.ts'
import type { CheckedRecord } from './record-check.ts'
import type { RecordStore } from './record-store.ts'

const afterChangeMilliseconds = 250
const againEveryMilliseconds = 30_000
const answerWithin = 3_000
const recordsBetweenYields = 500

/**
 * Sees to it that the boxes that should hold a record do, after a box came or went and every 30 s. Who has a record
 * offers it by name; only what is missing travels.
 */
export class Replication {
  readonly #self: PeerId
  readonly #copies: number
  readonly #table: PeerTable
  readonly #stores: readonly RecordStore[]
  readonly #calls: PeerCalls
  readonly #clock: Clock
  readonly #log: Log
  /** Per connected peer: what it said it has. */
  readonly #confirmed = new Map<PeerId, WeakSet<CheckedRecord>>()
  #timer: Timer | undefined
  #work: Promise<void> | undefined
  #again = false
  #stopped = true

  constructor(parts: {
    self: PeerId
    copies: number
    table: PeerTable
    stores: readonly RecordStore[]
    calls: PeerCalls
    clock: Clock
    log: Log
  }) {
    this.#self = parts.self
    this.#copies = parts.copies
    this.#table = parts.table
    this.#stores = parts.stores
    this.#calls = parts.calls
    this.#clock = parts.clock
    this.#log = parts.log
  }

  start(): void {
    this.#stopped = false
    this.#plan(againEveryMilliseconds)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.#work
  }

  /** Boxes came or went: look soon, once for all changes of the moment. */
  peersChanged(): void {
    for (const peer of this.#confirmed.keys()) if (!this.#table.isMember(peer)) this.#confirmed.delete(peer)
    this.#plan(afterChangeMilliseconds)
  }

  confirm(peer: PeerId, record: CheckedRecord): void {
    const known = this.#confirmed.get(peer)
    if (known) known.add(record)
    else this.#confirmed.set(peer, new WeakSet([record]))
  }

  #plan(milliseconds: number): void {
    this.#timer?.cancel()
    if (this.#stopped) return
    this.#timer = this.#clock.after(milliseconds, () => this.#run())
  }

  #run(): void {
    this.#plan(againEveryMilliseconds)
    if (this.#work) {
      this.#again = true
      return
    }
    this.#work = this.#replicate().finally(() => {
      this.#work = undefined
      if (this.#again) this.#plan(0)
      this.#again = false
    })
  }

  async #replicate(): Promise<void> {
    const missing = await this.#possiblyMissing()
    await Promise.all([...missing].map(([peer, records]) => this.#offerAll(peer, records)))
  }

  async #possiblyMissing(): Promise<Map<PeerId, CheckedRecord[]>> {
    const missing = new Map<PeerId, CheckedRecord[]>()
    const now = this.#clock.now()
    let looked = 0
    for (const store of this.#stores)
      for (const record of store.unexpired(now)) {
        const point = pointOfResource(record.kind, record.resource)
        for (const peer of closestPeers(point, this.#table.placed(), this.#copies)) {
          if (peer === this.#self || this.#confirmed.get(peer)?.has(record)) continue
          const list = missing.get(peer)
          if (list) list.push(record)
          else missing.set(peer, [record])
        }
        if (++looked % recordsBetweenYields === 0) await yieldToOthers()
      }
    return missing
  }

  async #offerAll(peer: PeerId, records: readonly CheckedRecord[]): Promise<void> {
    try {
      for (let start = 0; start < records.length && !this.#stopped; start += mostOffersPerMessage)
        await this.#offer(peer, records.slice(start, start + mostOffersPerMessage))
    } catch (error) {
      this.#log.debug({ peer, reason: (error as Error).message }, 'offering records failed')
    }
  }

  async #offer(peer: PeerId, records: readonly CheckedRecord[]): Promise<void> {
    const offers = records.map(({ kind, resource, signer, storedAt }) => ({
      kind,
      resource,
      signer,
      storedAt,
    }))
    const { places } = await this.#calls.ask(peer, { type: 'offer', offers }, 'wanted', answerWithin)
    const wantedPlaces = new Set(places)
    const wanted = records.filter((_, place) => wantedPlaces.has(place))
    for (const [place, record] of records.entries()) if (!wantedPlaces.has(place)) this.confirm(peer, record)
    for (let start = 0; start < wanted.length; start += mostRecordsPerMessage) {
      const batch = wanted.slice(start, start + mostRecordsPerMessage)
      const request = { type: 'store' as const, records: batch.map(({ bytes }) => bytes) }
      const { verdicts } = await this.#calls.ask(peer, request, 'stored', answerWithin)
      for (const [place, record] of batch.entries())
        if (verdicts[place]?.outcome === 'stored') this.confirm(peer, record)
    }
  }
}
