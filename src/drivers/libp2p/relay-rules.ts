import type { ConnectionGater, PeerId as Libp2pPeerId } from '@libp2p/interface'
import type { PeerId } from '../../overlay/protocol/peer-id.ts'
import { fromLibp2p } from './libp2p-peer.ts'

/** Relays are for members: this box carries nothing between strangers, and none of them leads to it. */
export function relayRules(isMember: (peer: PeerId) => boolean): ConnectionGater {
  const isStranger = (peer: Libp2pPeerId) => {
    const known = fromLibp2p(peer)
    return known === undefined || !isMember(known)
  }
  return {
    denyInboundRelayReservation: isStranger,
    denyOutboundRelayedConnection: (source, destination) => isStranger(source) || isStranger(destination),
    // Whoever comes through the relay still has to say hello.
    denyInboundRelayedConnection: (relay) => isStranger(relay),
  }
}
