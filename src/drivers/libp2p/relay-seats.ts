import { multiaddr } from '@multiformats/multiaddr'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { PeerId } from '../../overlay/protocol/peer-id.ts'
import type { CausewayNode } from './libp2p-node.ts'
import { relayIn, toLibp2p } from './libp2p-peer.ts'
import type { PeerConnections } from './peer-connections.ts'

const seats = 2
const restAfterRefusal = 30_000

/** The relays of a box that others cannot dial: two of those that were suggested, kept and replaced. */
export class RelaySeats {
  readonly #node: () => CausewayNode | undefined
  readonly #connections: PeerConnections
  readonly #clock: Clock
  readonly #log: Log
  readonly #changed: () => void
  readonly #restingUntil = new Map<PeerId, number>()
  #suggested: readonly PeerId[] = []
  #announced = ''
  #isAsking = false
  #isOutdated = false

  constructor(parts: {
    node: () => CausewayNode | undefined
    connections: PeerConnections
    clock: Clock
    log: Log
    changed: () => void
  }) {
    this.#node = parts.node
    this.#connections = parts.connections
    this.#clock = parts.clock
    this.#log = parts.log
    this.#changed = parts.changed
  }

  /** None: the box can be dialled, and needs no relay. */
  suggest(relays: readonly PeerId[]): void {
    this.#suggested = relays
    for (const relay of this.#restingUntil.keys())
      if (!relays.includes(relay)) this.#restingUntil.delete(relay)
    void this.look()
  }

  /** Where others reach this box through its relays. */
  addresses(): readonly string[] {
    if (this.#suggested.length === 0) return []
    return this.#held().flatMap((relay) => {
      const direct = this.#connections.to(relay).find((connection) => connection.direct)
      return direct ? [`${this.#connections.placeOf(direct)}/p2p/${toLibp2p(relay)}/p2p-circuit`] : []
    })
  }

  /** Asks for what is missing, one relay after another, and tells when the addresses are others than before. */
  async look(): Promise<void> {
    this.#isOutdated = true
    if (this.#isAsking) return
    this.#isAsking = true
    while (this.#isOutdated) {
      this.#isOutdated = false
      for (const relay of this.#suggested) {
        if (this.#held().length >= seats) break
        if (this.#mayAsk(relay)) await this.#ask(relay)
      }
    }
    this.#isAsking = false
    const addresses = this.addresses().join()
    if (addresses === this.#announced) return
    this.#announced = addresses
    this.#changed()
  }

  #held(): readonly PeerId[] {
    const addresses = this.#node()?.getMultiaddrs() ?? []
    return [...new Set(addresses.flatMap((address) => relayIn(address) ?? []))]
  }

  #mayAsk(relay: PeerId): boolean {
    const isResting = (this.#restingUntil.get(relay) ?? 0) > this.#clock.now()
    const isDirect = this.#connections.to(relay).some(({ direct }) => direct)
    return isDirect && !isResting && !this.#held().includes(relay)
  }

  async #ask(relay: PeerId): Promise<void> {
    const transports = this.#node()?.services.transports
    if (!transports) return
    try {
      await transports.listen([multiaddr(`/p2p/${toLibp2p(relay)}/p2p-circuit`)])
      this.#restingUntil.delete(relay)
      this.#log.info({ relay }, 'a box relays for this one, which others cannot dial')
    } catch (error) {
      this.#restingUntil.set(relay, this.#clock.now() + restAfterRefusal)
      this.#log.info({ relay, reason: (error as Error).message }, 'a box does not relay for this one')
    }
  }
}
