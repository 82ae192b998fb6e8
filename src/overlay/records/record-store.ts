import { createHash } from 'node:crypto'
import { fnv1a } from '../../lib/fnv1a.ts'
import type { RecordKind } from '../overlay.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import { type CheckedRecord, longestLifetimeSeconds, RecordRefused } from './record-check.ts'
import { buckets, type MarkedEntry } from './shared-digests.ts'

interface Entry extends MarkedEntry {
  /** Undefined once expired: what remains guards against a replay of something older. */
  record: CheckedRecord | undefined
  /** The latest `storedAt` seen. */
  readonly storedAt: number
  /** When the guard may go: nothing older can still be unexpired then. */
  readonly forgetAt: number
}

export interface StoreLimits {
  readonly entriesPerSigner: number
  readonly bytesPerSigner: number
  readonly signersPerResource: number
  readonly entries: number
  readonly bytes: number
}

const mebibyte = 1_048_576

export const usualStoreLimits: StoreLimits = {
  entriesPerSigner: 50_000,
  bytesPerSigner: 32 * mebibyte,
  signersPerResource: 64,
  entries: 200_000,
  bytes: 128 * mebibyte,
}

/** A box's own entries are bounded by what it has to say. */
export const noStoreLimits: StoreLimits = {
  entriesPerSigner: Number.POSITIVE_INFINITY,
  bytesPerSigner: Number.POSITIVE_INFINITY,
  signersPerResource: Number.POSITIVE_INFINITY,
  entries: Number.POSITIVE_INFINITY,
  bytes: Number.POSITIVE_INFINITY,
}

interface Load {
  entries: number
  bytes: number
}

/** What this box holds for the overlay: per resource one entry per signer, never replaced by an older one. */
export class RecordStore {
  readonly #resources = new Map<string, Map<PeerId, Entry>>()
  readonly #bySigner = new Map<PeerId, Load>()
  readonly #all: Load = { entries: 0, bytes: 0 }
  readonly #limits: StoreLimits
  readonly #listeners = new Set<(record: CheckedRecord) => void>()

  constructor(limits: StoreLimits = usualStoreLimits) {
    this.#limits = limits
  }

  /** True when it was news, false when it is already here. Throws `RecordRefused`: older, or over a limit. */
  put(record: CheckedRecord): boolean {
    const key = resourceKey(record.kind, record.resource)
    const signers = this.#resources.get(key)
    const present = signers?.get(record.signer)
    if (present) {
      if (record.storedAt < present.storedAt)
        throw new RecordRefused('older', 'a newer record of that box is here')
      if (record.storedAt === present.storedAt) return sameAgain(record, present)
    }
    this.#admit(record, present, signers)
    const entry = entryOf(record)
    if (signers) signers.set(record.signer, entry)
    else this.#resources.set(key, new Map([[record.signer, entry]]))
    this.#count(record.signer, present ? 0 : 1, record.bytes.length - bytesOf(present))
    if (saysOtherwise(record, present?.record)) for (const listener of this.#listeners) listener(record)
    return true
  }

  /** Unexpired entries of a resource, tombstones included. */
  list(kind: RecordKind, resource: string, now: number): CheckedRecord[] {
    const signers = this.#resources.get(resourceKey(kind, resource))
    if (!signers) return []
    return [...signers.values()].flatMap(({ record }) => (record && record.expiresAt > now ? [record] : []))
  }

  get(kind: RecordKind, resource: string, signer: PeerId): CheckedRecord | undefined {
    return this.#resources.get(resourceKey(kind, resource))?.get(signer)?.record
  }

  /** The latest `storedAt` seen of that entry, expired or not. */
  latest(kind: RecordKind, resource: string, signer: PeerId): number | undefined {
    return this.#resources.get(resourceKey(kind, resource))?.get(signer)?.storedAt
  }

  *unexpired(now: number): Generator<CheckedRecord> {
    for (const { record } of this.marked(now)) yield record
  }

  /** As `unexpired`, with the marks for comparing with other boxes. */
  *marked(now: number): Generator<MarkedEntry & { readonly record: CheckedRecord }> {
    for (const signers of this.#resources.values())
      for (const entry of signers.values()) if (isAlive(entry, now)) yield entry
  }

  /** Live records, tombstones left out. */
  count(now: number): number {
    let live = 0
    for (const record of this.unexpired(now)) if (!record.removed) live++
    return live
  }

  /** Called when what a box says of a resource is new here or changed; not when it was only refreshed. */
  onChange(listener: (record: CheckedRecord) => void): void {
    this.#listeners.add(listener)
  }

  /** As if that box had never said anything about the resource. */
  forget(kind: RecordKind, resource: string, signer: PeerId): void {
    const signers = this.#resources.get(resourceKey(kind, resource))
    const entry = signers?.get(signer)
    if (!entry || !signers?.delete(signer)) return
    this.#count(signer, -1, -bytesOf(entry))
    if (signers.size === 0) this.#resources.delete(resourceKey(kind, resource))
  }

  /** The boxes of which entries are here. */
  signers(): readonly PeerId[] {
    return [...this.#bySigner.keys()]
  }

  /** As if that box had never said anything. */
  forgetSigner(signer: PeerId): void {
    for (const signers of this.#resources.values()) {
      const record = signers.get(signer)?.record
      if (record) this.forget(record.kind, record.resource, signer)
    }
  }

  /** Lets go of what has expired. */
  sweep(now: number): void {
    for (const [key, signers] of this.#resources) {
      for (const [signer, entry] of signers) {
        if (entry.record && entry.record.expiresAt <= now) {
          this.#count(signer, 0, -bytesOf(entry))
          entry.record = undefined
        }
        if (entry.forgetAt > now) continue
        signers.delete(signer)
        this.#count(signer, -1, -bytesOf(entry))
      }
      if (signers.size === 0) this.#resources.delete(key)
    }
  }

  #admit(record: CheckedRecord, present: Entry | undefined, signers: Map<PeerId, Entry> | undefined): void {
    const limits = this.#limits
    const own = this.#bySigner.get(record.signer) ?? { entries: 0, bytes: 0 }
    const more = record.bytes.length - bytesOf(present)
    if (more > 0 && own.bytes + more > limits.bytesPerSigner)
      throw overQuota(`more than ${limits.bytesPerSigner} bytes of that box would be held here`)
    if (more > 0 && this.#all.bytes + more > limits.bytes)
      throw overQuota(`more than ${limits.bytes} bytes would be held here`)
    if (present) return
    if (this.#all.entries >= limits.entries)
      throw overQuota(`already ${limits.entries} entries are held here`)
    if (own.entries >= limits.entriesPerSigner)
      throw overQuota(`already ${limits.entriesPerSigner} entries of that box are held here`)
    if ((signers?.size ?? 0) >= limits.signersPerResource)
      throw overQuota(`already ${limits.signersPerResource} boxes have an entry there`)
  }

  #count(signer: PeerId, entries: number, bytes: number): void {
    const own = this.#bySigner.get(signer) ?? { entries: 0, bytes: 0 }
    for (const load of [own, this.#all]) {
      load.entries += entries
      load.bytes += bytes
    }
    if (own.entries > 0) this.#bySigner.set(signer, own)
    else this.#bySigner.delete(signer)
  }
}

function resourceKey(kind: RecordKind, resource: string): string {
  return `${kind} ${resource}`
}

function entryOf(record: CheckedRecord): Entry {
  const { kind, resource, signer, storedAt } = record
  const mark = createHash('sha256').update(`${kind}\n${resource}\n${signer}\n${storedAt}`).digest()
  return {
    ...{ kind, resource, signer, record, storedAt },
    forgetAt: storedAt + longestLifetimeSeconds * 1_000,
    markHigh: mark.readInt32BE(0),
    markLow: mark.readInt32BE(4),
    bucket: fnv1a(resource) % buckets,
  }
}

function isAlive(entry: Entry, now: number): entry is Entry & { record: CheckedRecord } {
  return entry.record !== undefined && entry.record.expiresAt > now
}

function bytesOf(entry: Entry | undefined): number {
  return entry?.record?.bytes.length ?? 0
}

function sameAgain(record: CheckedRecord, { record: present }: Entry): boolean {
  const same = present && Buffer.compare(present.bytes, record.bytes) === 0
  if (!same) throw new RecordRefused('older', 'another record of that box and time was here before')
  return false
}

function saysOtherwise(record: CheckedRecord, before: CheckedRecord | undefined): boolean {
  if (!before) return true
  return record.removed !== before.removed || Buffer.compare(record.value, before.value) !== 0
}

function overQuota(reason: string): RecordRefused {
  return new RecordRefused('quota', reason)
}
