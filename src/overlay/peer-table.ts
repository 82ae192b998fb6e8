import type { FoundBy } from './overlay.ts'
import type { PeerId } from './peer-id.ts'
import { type PlacedPeer, placePeer } from './placement.ts'

export interface KnownPeer {
  readonly peer: PeerId
  addresses: readonly string[]
  foundBy: FoundBy
  /** `greeting`: connected, credential not yet checked. Only a `member` may store, fetch and link. */
  state: 'away' | 'greeting' | 'member'
  /** Its credential was seen to be good, by this box now or in an earlier run, or by a member. */
  enrolled: boolean
  /** When the state last changed, in milliseconds since the Unix epoch. */
  since: number
  roundTripMs: number | undefined
  /** When its credential ends. */
  notAfter: number
}

const mostPeers = 500
const mostAddresses = 16

/** Every peer that this box has heard of, itself left out. */
export class PeerTable {
  readonly #self: PeerId
  readonly #peers = new Map<PeerId, KnownPeer>()
  readonly #listeners = new Set<() => void>()
  #placed: readonly PlacedPeer[] | undefined

  constructor(self: PeerId) {
    this.#self = self
  }

  get(peer: PeerId): KnownPeer | undefined {
    return this.#peers.get(peer)
  }

  all(): readonly KnownPeer[] {
    return [...this.#peers.values()]
  }

  members(): readonly KnownPeer[] {
    return this.all().filter(({ state }) => state === 'member')
  }

  /** Boxes of the overlay, connected or not. Strangers that only knocked are none. */
  enrolled(): readonly KnownPeer[] {
    return this.all().filter(({ enrolled }) => enrolled)
  }

  isMember(peer: PeerId): boolean {
    return this.#peers.get(peer)?.state === 'member'
  }

  /** This box and all members, as candidates for holding records. */
  placed(): readonly PlacedPeer[] {
    this.#placed ??= [this.#self, ...this.members().map(({ peer }) => peer)].map(placePeer)
    return this.#placed
  }

  /** True when the peer is new here. */
  learn(peer: PeerId, addresses: readonly string[], foundBy: FoundBy, now: number): boolean {
    if (peer === this.#self) return false
    const known = this.#peers.get(peer)
    if (known) {
      known.addresses = [...new Set([...addresses, ...known.addresses])].slice(0, mostAddresses)
      // A box that was dialled shows up as a connection before the dial says how it was found.
      if (known.foundBy === 'inbound' && foundBy !== 'peer') known.foundBy = foundBy
      return false
    }
    if (this.#peers.size >= mostPeers && !this.#forgetOldest()) return false
    this.#peers.set(peer, {
      peer,
      addresses: addresses.slice(0, mostAddresses),
      foundBy,
      state: 'away',
      enrolled: foundBy === 'remembered' || foundBy === 'peer',
      since: now,
      roundTripMs: undefined,
      notAfter: 0,
    })
    return true
  }

  /** Returns the state that the peer had before. */
  setState(peer: PeerId, state: KnownPeer['state'], now: number): KnownPeer['state'] | undefined {
    const known = this.#peers.get(peer)
    if (!known) return undefined
    const before = known.state
    if (before === state) return before
    known.state = state
    known.since = now
    if (state === 'member') known.enrolled = true
    if (before === 'member' || state === 'member') this.#changed()
    return before
  }

  /** A round trip took so long; what is shown is smoothed (RFC 6298 §2.3). */
  measured(peer: PeerId, milliseconds: number): void {
    const known = this.#peers.get(peer)
    if (!known) return
    const before = known.roundTripMs
    known.roundTripMs = before === undefined ? milliseconds : before * 0.875 + milliseconds * 0.125
  }

  /** A stranger went that nobody looked for. */
  forgetStranger(peer: PeerId): void {
    const known = this.#peers.get(peer)
    if (known && !known.enrolled && known.foundBy === 'inbound') this.#peers.delete(peer)
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #changed(): void {
    this.#placed = undefined
    for (const listener of this.#listeners) listener()
  }

  #forgetOldest(): boolean {
    const away = this.all().filter(({ state }) => state === 'away')
    const strangers = away.filter(({ enrolled }) => !enrolled)
    const oldest = (strangers.length > 0 ? strangers : away).reduce<KnownPeer | undefined>(
      (found, peer) => (found && found.since <= peer.since ? found : peer),
      undefined,
    )
    return oldest !== undefined && this.#peers.delete(oldest.peer)
  }
}
