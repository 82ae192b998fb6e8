import type { RecordKind } from './overlay.ts'
import type { PeerId } from './peer-id.ts'
import { type CheckedRecord, longestLifetimeSeconds, RecordRefused } from './record-check.ts'

interface Entry {
  /** Undefined once expired: what remains guards against a replay of something older. */
  record: CheckedRecord | undefined
  /** The latest `storedAt` seen. */
  storedAt: number
  /** When the guard may go: nothing older can still be unexpired then. */
  readonly forgetAt: number
}

export interface StoreLimits {
  readonly entriesPerSigner: number
  readonly signersPerResource: number
  readonly entries: number
}

export const usualStoreLimits: StoreLimits = {
  entriesPerSigner: 20_000,
  signersPerResource: 64,
  entries: 200_000,
}

/** What this box holds for the overlay: per resource one entry per signer, never replaced by an older one. */
export class RecordStore {
  readonly #resources = new Map<string, Map<PeerId, Entry>>()
  readonly #entriesBySigner = new Map<PeerId, number>()
  readonly #limits: StoreLimits
  #entries = 0

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
      if (record.storedAt === present.storedAt) return this.#sameAgain(record, present)
    } else this.#admit(record, signers)
    const forgetAt = record.storedAt + longestLifetimeSeconds * 1_000
    const entry = { record, storedAt: record.storedAt, forgetAt }
    if (signers) signers.set(record.signer, entry)
    else this.#resources.set(key, new Map([[record.signer, entry]]))
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
    for (const signers of this.#resources.values())
      for (const { record } of signers.values()) if (record && record.expiresAt > now) yield record
  }

  /** Live records, tombstones left out. */
  count(now: number): number {
    let live = 0
    for (const record of this.unexpired(now)) if (!record.removed) live++
    return live
  }

  /** Lets go of what has expired. */
  sweep(now: number): void {
    for (const [key, signers] of this.#resources) {
      for (const [signer, entry] of signers) {
        if (entry.record && entry.record.expiresAt <= now) entry.record = undefined
        if (entry.forgetAt > now) continue
        signers.delete(signer)
        this.#count(signer, -1)
      }
      if (signers.size === 0) this.#resources.delete(key)
    }
  }

  #sameAgain(record: CheckedRecord, present: Entry): boolean {
    const same = present.record && Buffer.compare(present.record.bytes, record.bytes) === 0
    if (!same) throw new RecordRefused('older', 'another record of that box and time was here before')
    return false
  }

  #admit(record: CheckedRecord, signers: ReadonlyMap<PeerId, Entry> | undefined): void {
    const { entries, entriesPerSigner, signersPerResource } = this.#limits
    if (this.#entries >= entries) throw new RecordRefused('quota', `already ${entries} entries are held here`)
    if ((this.#entriesBySigner.get(record.signer) ?? 0) >= entriesPerSigner)
      throw new RecordRefused('quota', `already ${entriesPerSigner} entries of that box are held here`)
    if ((signers?.size ?? 0) >= signersPerResource)
      throw new RecordRefused('quota', `already ${signersPerResource} boxes have an entry there`)
    this.#count(record.signer, 1)
  }

  #count(signer: PeerId, change: 1 | -1): void {
    this.#entries += change
    const left = (this.#entriesBySigner.get(signer) ?? 0) + change
    if (left > 0) this.#entriesBySigner.set(signer, left)
    else this.#entriesBySigner.delete(signer)
  }
}

function resourceKey(kind: RecordKind, resource: string): string {
  return `${kind} ${resource}`
}
