import type { Connection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { abortAfter } from '../../lib/abort-after.ts'
import type { Clock } from '../../lib/clock.ts'
import { PeerUnreachable } from '../../overlay/overlay-errors.ts'
import type { PeerId } from '../../overlay/protocol/peer-id.ts'
import type { HolePunch } from './hole-punch.ts'
import type { CausewayNode } from './libp2p-node.ts'
import { dialable, toLibp2p } from './libp2p-peer.ts'

const dialWithin = 4_000

/** A direct connection to a peer that is connected by a relay: at the addresses it says, or through a hole in both NATs. */
export class DirectDial {
  readonly #self: PeerId
  readonly #node: () => CausewayNode | undefined
  readonly #race: (places: readonly Multiaddr[], signal: AbortSignal) => Promise<Connection>
  readonly #holes: HolePunch
  readonly #clock: Clock
  readonly #dialled = new Map<PeerId, readonly string[]>()

  constructor(parts: {
    self: PeerId
    node: () => CausewayNode | undefined
    race: (places: readonly Multiaddr[], signal: AbortSignal) => Promise<Connection>
    holes: HolePunch
    clock: Clock
  }) {
    this.#self = parts.self
    this.#node = parts.node
    this.#race = parts.race
    this.#holes = parts.holes
    this.#clock = parts.clock
  }

  /** Where a peer was dialled, to be tried again. */
  note(peer: PeerId, addresses: readonly string[]): void {
    this.#dialled.set(peer, addresses)
  }

  forget(peer: PeerId): void {
    this.#dialled.delete(peer)
  }

  /** Says how it worked. Throws when it did not. */
  async to(peer: PeerId, signal: AbortSignal): Promise<string> {
    try {
      await this.#dial(peer)
      return 'dialled'
    } catch (error) {
      // One of the two begins.
      if (this.#self > peer) throw error
      await this.#holes.begin(peer, signal)
      return 'hole punched'
    }
  }

  async #dial(peer: PeerId): Promise<void> {
    const known = await this.#node()?.peerStore.get(toLibp2p(peer))
    const stored = known?.addresses.map(({ multiaddr }) => String(multiaddr)) ?? []
    const addresses = new Set([...(this.#dialled.get(peer) ?? []), ...stored])
    const direct = dialable(
      peer,
      [...addresses].filter((address) => !address.includes('/p2p-circuit')),
    )
    if (direct.length === 0) throw new PeerUnreachable('no direct address is known')
    const bound = abortAfter(this.#clock, dialWithin, `no answer in ${dialWithin} ms`)
    try {
      await this.#race(direct, bound.signal)
    } finally {
      bound.lift()
    }
  }
}
