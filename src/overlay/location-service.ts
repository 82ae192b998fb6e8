import type { Clock } from '../lib/clock.ts'
import type { SigningKey } from '../lib/ed25519.ts'
import type { Log } from '../lib/log.ts'
import type { CredentialReader } from './credential-reader.ts'
import { lookUp } from './lookup.ts'
import type { RecordKind } from './overlay.ts'
import { StoreFailed } from './overlay-errors.ts'
import type { PeerCalls } from './peer-calls.ts'
import type { PeerId } from './peer-id.ts'
import type { StoreVerdict } from './peer-message.ts'
import type { PeerTable } from './peer-table.ts'
import { closestPeers, pointOfResource } from './placement.ts'
import { type RecordBody, signRecord } from './record.ts'
import { type CheckedRecord, checkRecord, longestLifetimeSeconds, RecordRefused } from './record-check.ts'
import type { RecordStore } from './record-store.ts'

const storeWithin = 2_000

interface Confirmations {
  confirm(peer: PeerId, record: CheckedRecord): void
}

/** The location protocol as this box uses it: its own entries out, everybody's entries in. */
export class LocationService {
  readonly #self: PeerId
  readonly #overlay: string
  readonly #key: SigningKey
  readonly #credential: Uint8Array
  readonly #credentials: CredentialReader
  readonly #copies: number
  readonly #table: PeerTable
  readonly #held: RecordStore
  readonly #own: RecordStore
  readonly #calls: PeerCalls
  readonly #replication: Confirmations
  readonly #clock: Clock
  readonly #log: Log

  constructor(parts: {
    self: PeerId
    overlay: string
    key: SigningKey
    credential: Uint8Array
    credentials: CredentialReader
    copies: number
    table: PeerTable
    held: RecordStore
    own: RecordStore
    calls: PeerCalls
    replication: Confirmations
    clock: Clock
    log: Log
  }) {
    this.#self = parts.self
    this.#overlay = parts.overlay
    this.#key = parts.key
    this.#credential = parts.credential
    this.#credentials = parts.credentials
    this.#copies = parts.copies
    this.#table = parts.table
    this.#held = parts.held
    this.#own = parts.own
    this.#calls = parts.calls
    this.#replication = parts.replication
    this.#clock = parts.clock
    this.#log = parts.log
  }

  /** Resolves to the holders that acknowledged. Throws `StoreFailed`, `RecordRefused`. */
  async store(
    kind: RecordKind,
    resource: string,
    value: Uint8Array,
    lifetimeSeconds: number,
  ): Promise<{ holders: readonly PeerId[]; wanted: number }> {
    return this.#publish({ kind, resource, value, lifetimeSeconds, removed: false })
  }

  async remove(kind: RecordKind, resource: string): Promise<void> {
    // As long as any record may live, so that no earlier one outlives its removal.
    const lifetimeSeconds = longestLifetimeSeconds
    await this.#publish({ kind, resource, value: new Uint8Array(), lifetimeSeconds, removed: true })
  }

  /** One entry per signer, newest of what the holders have. */
  async fetch(kind: RecordKind, resource: string, signal: AbortSignal): Promise<readonly CheckedRecord[]> {
    const placed = this.#table.placed()
    const candidates = closestPeers(pointOfResource(kind, resource), placed, placed.length)
    const ask = async (peer: PeerId, late: AbortSignal) =>
      peer === this.#self
        ? this.#held.list(kind, resource, this.#clock.now())
        : this.#askPeer(peer, kind, resource, late)
    const found = await lookUp({ candidates, copies: this.#copies, ask }, this.#clock, signal)
    return this.#withOwnTruth(found, kind, resource)
  }

  async #askPeer(
    peer: PeerId,
    kind: RecordKind,
    resource: string,
    late: AbortSignal,
  ): Promise<CheckedRecord[]> {
    const request = { type: 'fetch' as const, kind, resource }
    const { records } = await this.#calls.ask(peer, request, 'records', storeWithin, late)
    return records.flatMap((bytes) => {
      try {
        const record = checkRecord(bytes, this.#overlay, this.#credentials, this.#clock.now())
        return record.kind === kind && record.resource === resource ? [record] : []
      } catch (error) {
        if (!(error instanceof RecordRefused)) throw error
        this.#log.warn(
          { peer, resource, reason: error.message },
          'a box served a record that is not to be believed',
        )
        return []
      }
    })
  }

  // About its own entries nobody knows more than this box.
  #withOwnTruth(found: readonly CheckedRecord[], kind: RecordKind, resource: string): CheckedRecord[] {
    const others = found.filter(({ signer }) => signer !== this.#self)
    const [own] = this.#own.list(kind, resource, this.#clock.now())
    return own && !own.removed ? [own, ...others] : others
  }

  async #publish(
    entry: Omit<RecordBody, 'storedAt'>,
    atLeast = 0,
  ): Promise<{ holders: readonly PeerId[]; wanted: number }> {
    const record = this.#sign(entry, atLeast)
    const targets = closestPeers(
      pointOfResource(entry.kind, entry.resource),
      this.#table.placed(),
      this.#copies,
    )
    const outcomes = await Promise.all(targets.map((peer) => this.#storeAt(peer, record)))
    const holders = targets.filter((_, place) => outcomes[place]?.outcome === 'stored')
    if (holders.length > 0) return { holders, wanted: targets.length }
    const newest = Math.max(...outcomes.map((outcome) => outcome?.latest ?? 0))
    // After a restart, or a step of the clock, a holder may know a later record of this box.
    if (newest >= record.storedAt && atLeast === 0) return this.#publish(entry, newest + 1)
    const reasons = outcomes.map((outcome) => outcome?.reason).join('; ')
    throw new StoreFailed(`no box took the record of ${entry.resource}: ${reasons}`)
  }

  #sign(entry: Omit<RecordBody, 'storedAt'>, atLeast: number): CheckedRecord {
    const { kind, resource } = entry
    const latest = Math.max(
      this.#own.latest(kind, resource, this.#self) ?? 0,
      this.#held.latest(kind, resource, this.#self) ?? 0,
    )
    const now = this.#clock.now()
    const body = { ...entry, storedAt: Math.max(now, latest + 1, atLeast) }
    const bytes = signRecord(body, this.#overlay, this.#key, this.#credential)
    const record = checkRecord(bytes, this.#overlay, this.#credentials, now)
    this.#own.put(record)
    return record
  }

  async #storeAt(peer: PeerId, record: CheckedRecord): Promise<StoreVerdict> {
    if (peer === this.#self) return storeHere(this.#held, record)
    try {
      const request = { type: 'store' as const, records: [record.bytes] }
      const { verdicts } = await this.#calls.ask(peer, request, 'stored', storeWithin)
      const [verdict] = verdicts
      if (verdict?.outcome === 'stored') this.#replication.confirm(peer, record)
      return verdict ?? { outcome: 'failed', reason: 'no verdict', latest: 0 }
    } catch (error) {
      return { outcome: 'failed', reason: (error as Error).message, latest: 0 }
    }
  }
}

/** Puts a checked record among those held here. */
export function storeHere(held: RecordStore, record: CheckedRecord): StoreVerdict {
  try {
    held.put(record)
    return { outcome: 'stored', reason: '', latest: record.storedAt }
  } catch (error) {
    if (!(error instanceof RecordRefused)) throw error
    const latest = held.latest(record.kind, record.resource, record.signer) ?? 0
    return { outcome: error.fault, reason: error.message, latest }
  }
}
