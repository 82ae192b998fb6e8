import type { Connection } from '@libp2p/interface'
import { CODE_P2P } from '@multiformats/multiaddr'
import { PeerUnreachable } from '../../overlay/overlay-errors.ts'
import type { PeerId } from '../../overlay/protocol/peer-id.ts'
import type { PeerPath } from '../../overlay/protocol/peer-network.ts'
import type { CausewayNode } from './libp2p-node.ts'
import { fromLibp2p, relayIn, toLibp2p } from './libp2p-peer.ts'

/** The open connections to each peer. There may be several: both ends dialled, or a direct one came after a relayed one. */
export class PeerConnections {
  readonly #node: () => CausewayNode | undefined
  /** Where connections really come from that this box leads to its own listener, by their place there. */
  readonly #origins = new Map<string, string>()

  /** Without a node there are no connections. */
  constructor(node: () => CausewayNode | undefined) {
    this.#node = node
  }

  /** The best first: direct before relayed, then the oldest. */
  to(peer: PeerId): Connection[] {
    const all = this.#node()?.getConnections(toLibp2p(peer)) ?? []
    const open = all.filter(({ status }) => status === 'open')
    return [...open.filter(({ direct }) => direct), ...open.filter(({ direct }) => !direct)]
  }

  /** Throws `PeerUnreachable`. */
  best(peer: PeerId): Connection {
    const [connection] = this.to(peer)
    if (!connection) throw new PeerUnreachable('the box is not connected')
    return connection
  }

  paths(peer: PeerId): readonly PeerPath[] {
    return this.to(peer).map((connection) => ({
      address: this.placeOf(connection),
      direction: connection.direction === 'inbound' ? 'in' : 'out',
      relay: relayIn(connection.remoteAddr),
    }))
  }

  /** The far end's address without its peer id, which says nothing new. */
  placeOf({ remoteAddr, direct }: Connection): string {
    const [relay = '', beyond] = remoteAddr.toString().split('/p2p-circuit')
    if (!direct && beyond !== undefined) return `${relay}/p2p-circuit`
    const place = remoteAddr.decapsulateCode(CODE_P2P).toString()
    return this.#origins.get(place) ?? place
  }

  /** Until the returned function is called, what comes from `place` counts as coming from `origin`. */
  comesFrom(place: string, origin: string): () => void {
    this.#origins.set(place, origin)
    return () => this.#origins.delete(place)
  }

  /** Boxes with a relayed connection, be there a direct one too or not. */
  relayed(): PeerId[] {
    const relayed = (this.#node()?.getConnections() ?? []).filter(({ direct }) => !direct)
    return [...new Set(relayed.flatMap(({ remotePeer }) => fromLibp2p(remotePeer) ?? []))]
  }
}
