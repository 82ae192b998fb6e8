import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { PeerId as Libp2pPeerId } from '@libp2p/interface'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { CODE_P2P, type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { type PeerId, peerIdOf, publicKeyOf } from '../../overlay/peer-id.ts'

/** Undefined for a peer whose key is not Ed25519: no box has such a one. */
export function fromLibp2p(peer: Libp2pPeerId): PeerId | undefined {
  return peer.type === 'Ed25519' ? peerIdOf(peer.publicKey.raw) : undefined
}

/** Throws `RangeError` for a text that is no peer id. */
export function toLibp2p(peer: PeerId): Libp2pPeerId {
  const publicKey = publicKeyOf(peer)
  if (!publicKey) throw new RangeError(`not a peer id: ${peer}`)
  return peerIdFromPublicKey(publicKeyFromRaw(publicKey) as Parameters<typeof peerIdFromPublicKey>[0])
}

/** Addresses to dial; with a peer id each of them demands that very peer. Texts that are no address are left out. */
export function dialable(peer: PeerId | undefined, addresses: readonly string[]): Multiaddr[] {
  return addresses.flatMap((address) => {
    const parsed = parse(address)
    if (!parsed) return []
    if (peer === undefined) return [parsed]
    const place = parsed.decapsulateCode(CODE_P2P)
    return [place.encapsulate(`/p2p/${toLibp2p(peer).toString()}`)]
  })
}

function parse(address: string): Multiaddr | undefined {
  try {
    return multiaddr(address)
  } catch {
    return undefined // other boxes' addresses may be of kinds that this version does not know
  }
}
