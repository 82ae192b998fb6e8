import type { Clock } from '../../lib/clock.ts'
import type { SigningKey } from '../../lib/ed25519.ts'
import type { Log } from '../../lib/log.ts'
import type { PeerTable } from '../membership/peer-table.ts'
import type { RecordKind } from '../overlay.ts'
import { StoreFailed } from '../overlay-errors.ts'
import type { PeerCalls } from '../protocol/peer-calls.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import type { StoreVerdict } from '../protocol/peer-message.ts'
import type { CredentialReader } from '../trust/credential-reader.ts'
import type { Holders } from './holders.ts'
import { type LookUpResult, lookUp, mostAsked } from './lookup.ts'
import { type RecordBody, signRecord } from './record.ts'
import {
  type CheckedRecord,
  checkRecord,
  clockTolerance,
  longestLifetimeSeconds,
  RecordRefused,
} from './record-check.ts'
import type { RecordStore } from './record-store.ts'
import type { StoreOutbox } from './store-outbox.ts'

const askWithin = 2_000
/** After a change of the members new holders may not have their share yet; boxes see a silent one go seconds apart. */
const unsettledMilliseconds = 10_000

export interface LocationParts {
  readonly self: PeerId
  readonly overlay: string
  readonly key: SigningKey
  /** This box's credential. */
  readonly credential: { readonly bytes: Uint8Array }
  readonly credentials: CredentialReader
  readonly holders: Holders
  readonly table: Pick<PeerTable, 'members' | 'enrolled'>
  readonly held: RecordStore
  readonly own: RecordStore
  readonly calls: PeerCalls
  readonly outbox: Pick<StoreOutbox, 'store'>
  readonly replication: { missed(peer: PeerId, record: CheckedRecord): void }
  readonly counts: {
    refused(from: PeerId, refusal: { fault: string; reason: string }, now: number): boolean
  }
  readonly clock: Clock
  readonly log: Log
}

interface Stored {
  readonly holders: readonly PeerId[]
  readonly wanted: number
}

/** The location protocol as this box uses it: its own entries out, everybody's entries in. */
export class LocationService {
  readonly #parts: LocationParts
  #membersChangedAt = Number.NEGATIVE_INFINITY

  constructor(parts: LocationParts) {
    this.#parts = parts
  }

  peersChanged(): void {
    this.#membersChangedAt = this.#parts.clock.now()
  }

  /** Resolves to the holders that acknowledged. Throws `StoreFailed`, `RecordRefused`. */
  async store(
    kind: RecordKind,
    resource: string,
    value: Uint8Array,
    lifetimeSeconds: number,
  ): Promise<Stored> {
    return this.#publish({ kind, resource, value, lifetimeSeconds, removed: false })
  }

  async remove(kind: RecordKind, resource: string): Promise<void> {
    // As long as any record may live, so that no earlier one outlives its removal.
    const lifetimeSeconds = longestLifetimeSeconds
    await this.#publish({ kind, resource, value: new Uint8Array(), lifetimeSeconds, removed: true })
  }

  /** One entry per signer, newest of what the holders have; they will tell when that changes. */
  async lookUp(kind: RecordKind, resource: string, signal: AbortSignal): Promise<LookUpResult> {
    const { holders, held, self, clock } = this.#parts
    const { copies } = holders
    let asked = 0
    const ask = async (peer: PeerId, late: AbortSignal) => {
      if (peer === self) return held.list(kind, resource, clock.now())
      asked++
      return this.#askPeer(peer, kind, resource, late)
    }
    const isUnsettled = clock.now() - this.#membersChangedAt < unsettledMilliseconds
    const candidates = holders.candidates(kind, resource, mostAsked(copies))
    const found = await lookUp({ candidates, copies, isUnsettled, ask }, clock, signal)
    const records = this.#withOwnTruth(found.records, kind, resource)
    return { records, isCertain: records.length > 0 || (found.isCertain && !this.#isIsolated), asked }
  }

  /** There are other boxes, and none is connected: what they hold cannot be known. */
  get #isIsolated(): boolean {
    const { table } = this.#parts
    return table.members().length === 0 && table.enrolled().length > 0
  }

  async #askPeer(
    peer: PeerId,
    kind: RecordKind,
    resource: string,
    late: AbortSignal,
  ): Promise<CheckedRecord[]> {
    const { overlay, credentials, calls, counts, clock, log } = this.#parts
    const request = { type: 'fetch' as const, kind, resource, watch: true }
    const { records } = await calls.ask(peer, request, 'records', askWithin, late)
    return records.flatMap((bytes) => {
      try {
        const record = checkRecord(bytes, overlay, credentials, clock.now())
        return record.kind === kind && record.resource === resource ? [record] : []
      } catch (error) {
        if (!(error instanceof RecordRefused)) throw error
        const { fault, message: reason } = error
        if (counts.refused(peer, { fault, reason }, clock.now()))
          log.warn({ peer, resource, reason }, 'a box served a record that is not to be believed')
        return []
      }
    })
  }

  // About its own entries nobody knows more than this box.
  #withOwnTruth(found: readonly CheckedRecord[], kind: RecordKind, resource: string): CheckedRecord[] {
    const { own, self, clock } = this.#parts
    const others = found.filter(({ signer }) => signer !== self)
    const [mine] = own.list(kind, resource, clock.now())
    return mine && !mine.removed ? [mine, ...others] : others
  }

  async #publish(entry: Omit<RecordBody, 'storedAt'>, atLeast = 0): Promise<Stored> {
    const { holders: table, replication, own, self, clock } = this.#parts
    const { kind, resource } = entry
    const record = this.#sign(entry, atLeast)
    const targets = table.of(kind, resource)
    const verdicts = await Promise.all(targets.map((peer) => this.#storeAt(peer, record)))
    for (const [place, peer] of targets.entries())
      if (verdicts[place]?.outcome === 'failed' && peer !== self) replication.missed(peer, record)
    const holders = targets.filter((_, place) => verdicts[place]?.outcome === 'stored')
    // Meanwhile this box said something else: that counts.
    if (own.latest(kind, resource, self) !== record.storedAt) return { holders, wanted: targets.length }
    // After a restart, or a step of the clock, a holder may know a later record of this box.
    const bound = clock.now() + clockTolerance
    const newest = Math.max(0, ...verdicts.map(({ latest }) => latest).filter((latest) => latest <= bound))
    if (newest > record.storedAt && atLeast === 0) return this.#publish(entry, newest + 1)
    if (holders.length > 0) return { holders, wanted: targets.length }
    const reasons = verdicts.map(({ reason }) => reason).join('; ') || 'no box can hold it'
    throw new StoreFailed(`no box took the record of ${resource}: ${reasons}`)
  }

  #sign(entry: Omit<RecordBody, 'storedAt'>, atLeast: number): CheckedRecord {
    const { overlay, key, credential, credentials, held, own, self, clock } = this.#parts
    const { kind, resource } = entry
    const now = clock.now()
    let latest = 0
    for (const store of [own, held]) {
      const known = store.latest(kind, resource, self) ?? 0
      // From when this box's clock was ahead: no other box took it.
      if (known > now + clockTolerance) store.forget(kind, resource, self)
      else latest = Math.max(latest, known)
    }
    const body = { ...entry, storedAt: Math.max(now, latest + 1, atLeast) }
    const bytes = signRecord(body, overlay, key, credential.bytes)
    const record = checkRecord(bytes, overlay, credentials, now)
    own.put(record)
    return record
  }

  #storeAt(peer: PeerId, record: CheckedRecord): StoreVerdict | Promise<StoreVerdict> {
    const { self, held, outbox } = this.#parts
    return peer === self ? storeHere(held, record) : outbox.store(peer, record)
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
