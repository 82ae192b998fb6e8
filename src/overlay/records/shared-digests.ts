import type { RecordKind } from '../overlay.ts'
import type { PeerId } from '../protocol/peer-id.ts'

/** An entry that a box holds, in short. */
export interface MarkedEntry {
  readonly kind: RecordKind
  readonly resource: string
  readonly signer: PeerId
  /** 64 bits of a hash over what the entry is about, whose it is and how new, in two halves. */
  readonly markHigh: number
  readonly markLow: number
  /** Which of the buckets its resource falls into. */
  readonly bucket: number
}

interface HolderTable {
  of(kind: RecordKind, resource: string): readonly PeerId[]
}

export const buckets = 64
/** Bytes of the mark of one bucket, or of all together. */
export const markBytes = 8

/**
 * What this box holds together with one other box, in short: per bucket the marks of the entries that both should have,
 * added by XOR. Two boxes that compute the same hold the same.
 */
export class SharedDigest {
  readonly #marks = new Int32Array(2 * buckets)

  add({ markHigh, markLow, bucket }: MarkedEntry): void {
    const marks = this.#marks
    marks[2 * bucket] = (marks[2 * bucket] ?? 0) ^ markHigh
    marks[2 * bucket + 1] = (marks[2 * bucket + 1] ?? 0) ^ markLow
  }

  /** All buckets in one, 8 bytes. */
  get whole(): Uint8Array {
    let high = 0
    let low = 0
    for (let bucket = 0; bucket < buckets; bucket++) {
      high ^= this.#marks[2 * bucket] ?? 0
      low ^= this.#marks[2 * bucket + 1] ?? 0
    }
    return printed([high, low])
  }

  /** One mark after the other, 512 bytes. */
  get parts(): Uint8Array {
    return printed(this.#marks)
  }

  /** Places at which another box's `whole` or `parts` differs. What is neither differs nowhere. */
  differences(other: Uint8Array): readonly number[] {
    const own = other.length === markBytes ? this.whole : this.parts
    const places = own.length === other.length ? own.length / markBytes : 0
    return Array.from({ length: places }, (_, place) => place).filter((place) => {
      const [from, to] = [place * markBytes, (place + 1) * markBytes]
      return Buffer.compare(own.subarray(from, to), other.subarray(from, to)) !== 0
    })
  }
}

/** Who has an entry when all is well: the holders, and the box that signed it. */
export function keepersOf({ kind, resource, signer }: MarkedEntry, holders: HolderTable): readonly PeerId[] {
  const peers = holders.of(kind, resource)
  return peers.includes(signer) ? peers : [...peers, signer]
}

/** Per box what this one holds together with it. Pauses now and then, because there may be many entries. */
export async function sharedDigests(
  self: PeerId,
  entries: Iterable<MarkedEntry>,
  holders: HolderTable,
  pause: (looked: number) => Promise<void> | undefined,
): Promise<ReadonlyMap<PeerId, SharedDigest>> {
  const digests = new Map<PeerId, SharedDigest>()
  let looked = 0
  for (const entry of entries) {
    const peers = keepersOf(entry, holders)
    if (peers.includes(self)) for (const peer of peers) if (peer !== self) digestOf(peer, digests).add(entry)
    const pausing = pause(++looked)
    if (pausing) await pausing
  }
  return digests
}

function digestOf(peer: PeerId, digests: Map<PeerId, SharedDigest>): SharedDigest {
  const known = digests.get(peer)
  if (known) return known
  const digest = new SharedDigest()
  digests.set(peer, digest)
  return digest
}

function printed(halves: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(halves.length * 4)
  const view = new DataView(bytes.buffer)
  for (let place = 0; place < halves.length; place++) view.setInt32(place * 4, halves[place] ?? 0)
  return bytes
}
