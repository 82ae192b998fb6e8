import type { Clock } from '../../lib/clock.ts'
import type { NetworkReach, ReachFindings } from '../../overlay/membership/network-reach.ts'
import type { PeerId } from '../../overlay/protocol/peer-id.ts'
import type { CausewayNode } from './libp2p-node.ts'
import { dialable } from './libp2p-peer.ts'
import type { OwnAddresses } from './own-addresses.ts'
import type { PeerConnections } from './peer-connections.ts'
import type { RelaySeats } from './relay-seats.ts'

const mostPlaces = 16

/** Where this box can be dialled, as far as libp2p's connections tell. */
export class Libp2pReach implements NetworkReach {
  readonly #connections: PeerConnections
  readonly #own: OwnAddresses
  readonly #seats: RelaySeats
  readonly #node: () => CausewayNode | undefined
  readonly #changed: () => void
  #confirmed: readonly string[] = []
  #reached: readonly string[] = []
  #state: 'direct' | 'relayed' | undefined

  constructor(parts: {
    connections: PeerConnections
    own: OwnAddresses
    seats: RelaySeats
    node: () => CausewayNode | undefined
    clock: Clock
    changed: () => void
  }) {
    this.#connections = parts.connections
    this.#own = parts.own
    this.#seats = parts.seats
    this.#node = parts.node
    this.#changed = parts.changed
  }

  /** Addresses that are not of this machine, and lead to it all the same. */
  get confirmed(): readonly string[] {
    return this.#confirmed
  }

  wasReachedAt(address: string): boolean {
    return this.#reached.includes(address)
  }

  get state(): 'direct' | 'relayed' | undefined {
    return this.#state
  }

  observed(peer: PeerId): string | undefined {
    const [best] = this.#connections.to(peer)
    return best?.direct ? this.#connections.placeOf(best) : undefined
  }

  isOwn(address: string): boolean {
    const host = address.split('/')[2]
    return this.#own.all().some((own) => own.split('/')[2] === host)
  }

  candidates(observed: string): readonly string[] {
    const host = observed.split('/')[2]
    const beyond = host === undefined || this.isOwn(observed) ? [] : this.#own.behind(host)
    return [...beyond, ...this.#own.all()].slice(0, mostPlaces)
  }

  async dialBack(
    peer: PeerId,
    addresses: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const transports = this.#node()?.services.transports
    if (!transports) return []
    const tries = addresses.slice(0, mostPlaces).map(async (address) => {
      const [place] = dialable(peer, [address])
      if (!place || address.includes('/p2p-circuit')) return []
      try {
        const connection = await transports.dial(place, { signal })
        void connection.close().catch((error: Error) => connection.abort(error))
        return [address]
      } catch {
        return [] // that it does not work is the answer
      }
    })
    return (await Promise.all(tries)).flat()
  }

  settle({ confirmed, relays }: ReachFindings): void {
    this.#state = relays.length > 0 ? 'relayed' : confirmed.length > 0 ? 'direct' : undefined
    this.#reached = confirmed
    this.#confirmed = confirmed.filter((address) => !this.isOwn(address))
    this.#seats.suggest(relays)
    this.#changed()
  }
}
