import { base36 } from 'multiformats/bases/base36'

/**
 * A peer's name for its public key: libp2p's CID version 1 in base 36, 62 characters of lower case, so that it fits a
 * DNS label (63) and survives the folding of case that host names suffer. Source: the libp2p peer-id specification.
 */
export type PeerId = string

// CID version 1, codec libp2p-key, identity multihash of 36 bytes, protobuf { type: Ed25519, data: 32 bytes }
const head = Uint8Array.of(0x01, 0x72, 0x00, 0x24, 0x08, 0x01, 0x12, 0x20)
const keyBytes = 32

export function peerIdOf(publicKey: Uint8Array): PeerId {
  if (publicKey.length !== keyBytes) throw new RangeError('an Ed25519 public key has 32 bytes')
  const cid = new Uint8Array(head.length + keyBytes)
  cid.set(head)
  cid.set(publicKey, head.length)
  return base36.encode(cid)
}

/** The raw public key; undefined when the text is no Ed25519 peer id in base 36. */
export function publicKeyOf(peerId: PeerId): Uint8Array | undefined {
  if (!/^k[0-9a-z]{50,62}$/.test(peerId)) return undefined
  const cid = base36.decode(peerId)
  if (cid.length !== head.length + keyBytes) return undefined
  if (!head.every((byte, index) => cid[index] === byte)) return undefined
  return cid.subarray(head.length)
}
