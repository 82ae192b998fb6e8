import type { CopyAnswer } from '../diagnosis/copy-survey.ts'
import type { PeerId } from '../protocol/peer-id.ts'

/** One box that was asked, and what it has. */
export interface TracedBox {
  readonly peerName: string
  /** The box that traces. */
  readonly isSelf: boolean
  /** `holder`: should have the record. `next`: would be asked if holders failed. */
  readonly part: 'holder' | 'next'
  readonly tookMs: number
  /** How it is connected; undefined for the box that traces. */
  readonly path: 'direct' | 'relayed' | undefined
  /** Undefined when it answered well. */
  readonly trouble: string | undefined
  readonly copies: readonly TracedCopy[]
}

/** A signed entry as one box has it. Times in milliseconds since the Unix epoch. */
export interface TracedCopy {
  /** Peer name of the box that stored it. */
  readonly signer: string
  readonly storedAt: number
  readonly expiresAt: number
  /** A tombstone. */
  readonly removed: boolean
  /** Another box has a later version. */
  readonly isOutdated: boolean
}

/** Who has which version of a resource. */
export interface LookUpTrace {
  readonly resource: string
  /** How many boxes should have it. */
  readonly copiesWanted: number
  readonly boxes: readonly TracedBox[]
  /** The newest version of each signer, and how many of those who should have it do. */
  readonly entries: readonly (Omit<TracedCopy, 'isOutdated'> & { readonly copies: number })[]
}

/** `answers` in the order of closeness, the holders first. */
export function traceOf(
  resource: string,
  answers: readonly CopyAnswer[],
  facts: {
    readonly self: PeerId
    readonly holders: number
    readonly nameOf: (peer: PeerId) => string
    readonly pathTo: (peer: PeerId) => TracedBox['path']
  },
): LookUpTrace {
  const { self, holders, nameOf, pathTo } = facts
  const newest = new Map<PeerId, CopyAnswer['copies'][number]>()
  for (const copy of answers.flatMap(({ copies }) => copies))
    if (copy.storedAt > (newest.get(copy.signer)?.storedAt ?? 0)) newest.set(copy.signer, copy)
  const storedAt = (signer: PeerId) => newest.get(signer)?.storedAt
  return {
    resource,
    copiesWanted: holders,
    boxes: answers.map(({ peer, tookMs, copies, trouble }, place) => ({
      ...{ peerName: nameOf(peer), isSelf: peer === self, tookMs, path: pathTo(peer), trouble },
      part: place < holders ? 'holder' : 'next',
      copies: copies.map((copy) => ({
        signer: nameOf(copy.signer),
        ...{ storedAt: copy.storedAt, expiresAt: copy.expiresAt, removed: copy.removed },
        isOutdated: copy.storedAt !== storedAt(copy.signer),
      })),
    })),
    entries: [...newest.values()].map(({ signer, storedAt: version, expiresAt, removed }) => ({
      ...{ signer: nameOf(signer), storedAt: version, expiresAt, removed },
      copies: answers
        .slice(0, holders)
        .filter(({ copies }) => copies.some((copy) => copy.signer === signer && copy.storedAt === version))
        .length,
    })),
  }
}
