import { createHash } from 'node:crypto'
import type { PeerId } from '../protocol/peer-id.ts'

const digestBytes = 8

/** The same for the same set of boxes, in whatever order. */
export function memberDigest(peers: Iterable<PeerId>): Uint8Array {
  const digest = new Uint8Array(digestBytes)
  for (const peer of peers) {
    const hash = createHash('sha256').update(peer).digest()
    for (let index = 0; index < digestBytes; index++)
      digest[index] = (digest[index] ?? 0) ^ (hash[index] ?? 0)
  }
  return digest
}
