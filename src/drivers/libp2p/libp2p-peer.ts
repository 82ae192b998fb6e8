import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { PeerId as Libp2pPeerId } from '@libp2p/interface'
import { peerIdFromPublicKey, peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P, CODE_P2P_CIRCUIT, type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { type PeerId, peerIdOf, publicKeyOf } from '../../overlay/protocol/peer-id.ts'

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

/**
 * Addresses to dial, the direct ones first; with a peer id each of them demands that very peer. Texts that are no
 * address are left out.
 */
export function dialable(peer: PeerId | undefined, addresses: readonly string[]): Multiaddr[] {
  const places = addresses.flatMap((address) => {
    const parsed = parse(address)
    if (!parsed) return []
    return [peer === undefined ? parsed : leadingTo(peer, parsed)]
  })
  const isRelayed = (place: Multiaddr) => place.toString().includes('/p2p-circuit')
  return [...places.filter((place) => !isRelayed(place)), ...places.filter(isRelayed)]
}

/** The box that an address leads through; undefined when it is direct. */
export function relayIn(address: Multiaddr): PeerId | undefined {
  const parts = address.getComponents()
  const circuit = parts.findIndex(({ code }) => code === CODE_P2P_CIRCUIT)
  const relay = parts.slice(0, Math.max(0, circuit)).findLast(({ code }) => code === CODE_P2P)?.value
  return relay === undefined ? undefined : fromLibp2p(peerIdFromString(relay))
}

/** What stands before `/p2p-circuit` names the relay, and stays. */
function leadingTo(peer: PeerId, address: Multiaddr): Multiaddr {
  const [direct = '', beyond] = address.toString().split('/p2p-circuit')
  const place =
    beyond === undefined ? multiaddr(direct).decapsulateCode(CODE_P2P) : multiaddr(`${direct}/p2p-circuit`)
  return place.encapsulate(`/p2p/${toLibp2p(peer).toString()}`)
}

function parse(address: string): Multiaddr | undefined {
  try {
    return multiaddr(address)
  } catch {
    return undefined // other boxes' addresses may be of kinds that this version does not know
  }
}
