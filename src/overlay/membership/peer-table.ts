import type { FoundBy } from '../overlay.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import { type PlacedPeer, placePeer } from '../records/placement.ts'
import type { KnownPeer, PeerRole } from './known-peer.ts'
import { PeerAddresses } from './peer-addresses.ts'

type Entry = KnownPeer & { readonly places: PeerAddresses }

export const mostPeers = 500
/** Connected or dialled, and not of the overlay as far as is known. */
const mostStrangers = 64
/** Boxes of which others tell and which were never met: many when this box has just joined, none at rest. */
const mostHearsay = 256

/** Every peer that this box has heard of, itself left out. */
export class PeerTable {
  readonly #self: PeerId
  readonly #peers = new Map<PeerId, Entry>()
  readonly #listeners = new Set<() => void>()
  readonly #ownPlace: Uint8Array | undefined
  #ownRole: PeerRole = 'peer'
  #members: readonly KnownPeer[] | undefined
  #placed: readonly PlacedPeer[] | undefined

  constructor(self: PeerId, place?: Uint8Array) {
    this.#self = self
    this.#ownPlace = place
  }

  get(peer: PeerId): KnownPeer | undefined {
    return this.#peers.get(peer)
  }

  get size(): number {
    return this.#peers.size
  }

  all(): readonly KnownPeer[] {
    return [...this.#peers.values()]
  }

  /** The same array while nothing changes. */
  members(): readonly KnownPeer[] {
    this.#members ??= this.all().filter(({ state }) => state === 'member')
    return this.#members
  }

  /** Boxes of the overlay, connected or not. Strangers that only knocked are none. */
  enrolled(): readonly KnownPeer[] {
    return this.all().filter(({ enrolled }) => enrolled)
  }

  isMember(peer: PeerId): boolean {
    return this.#peers.get(peer)?.state === 'member'
  }

  /**
   * This box and all members, as candidates for holding records; clients are none, unless there are only clients. The
   * same array while nothing changes.
   */
  placed(): readonly PlacedPeer[] {
    if (this.#placed) return this.#placed
    const others = this.members().filter(({ role }) => role === 'peer')
    const self = placePeer(this.#self, this.#ownPlace)
    const isCandidate = this.#ownRole === 'peer' || others.length === 0
    this.#placed = [
      ...(isCandidate ? [self] : []),
      ...others.map(({ peer, credential }) => placePeer(peer, credential?.place)),
    ]
    return this.#placed
  }

  get ownRole(): PeerRole {
    return this.#ownRole
  }

  setOwnRole(role: PeerRole): void {
    if (this.#ownRole === role) return
    this.#ownRole = role
    this.#changed()
  }

  /** What a member says it is; its credential has to allow it. */
  setRole(peer: PeerId, claimed: PeerRole): void {
    const known = this.#peers.get(peer)
    if (!known) return
    const role = known.credential?.roles.includes('peer') === false ? 'client' : claimed
    if (known.role === role) return
    known.role = role
    if (known.state === 'member') this.#changed()
  }

  /** True when the peer is new here. `peer` as the way it was found means that another box said so. */
  learn(peer: PeerId, addresses: readonly string[], foundBy: FoundBy, now: number): boolean {
    if (peer === this.#self) return false
    const known = this.#peers.get(peer)
    if (known) {
      noteAddresses(known, addresses, foundBy)
      // A box that was dialled shows up as a connection before the dial says how it was found.
      if (known.foundBy === 'inbound' && foundBy !== 'peer') known.foundBy = foundBy
      return false
    }
    if (!this.#makeRoom(foundBy)) return false
    const entry: Entry = {
      ...{ peer, foundBy, places: new PeerAddresses(), addresses: [] },
      state: 'away',
      enrolled: foundBy === 'remembered',
      since: now,
      lostAt: foundBy === 'remembered' ? now : undefined,
      ...{ roundTripMs: undefined, clockAheadMs: undefined, credential: undefined },
      ...{ notAfter: 0, role: 'peer' },
    }
    noteAddresses(entry, addresses, foundBy)
    this.#peers.set(peer, entry)
    return true
  }

  /** A member's own word of where it is. */
  said(peer: PeerId, addresses: readonly string[]): void {
    const known = this.#peers.get(peer)
    if (!known) return
    known.places.said(addresses)
    known.addresses = known.places.all
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
    if (before === 'member') known.lostAt = now
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

  clockSeen(peer: PeerId, aheadMs: number): void {
    const known = this.#peers.get(peer)
    if (known) known.clockAheadMs = aheadMs
  }

  /** The box has turned out not to be of this overlay, or not any more: forgotten when it goes. */
  disown(peer: PeerId): void {
    const known = this.#peers.get(peer)
    if (!known) return
    const wasMember = known.state === 'member'
    known.enrolled = false
    known.foundBy = 'inbound'
    known.credential = undefined
    if (known.state === 'away') this.#peers.delete(peer)
    if (wasMember) known.state = 'greeting'
    if (wasMember) this.#changed()
  }

  /** A stranger went that nobody looked for. */
  forgetStranger(peer: PeerId): void {
    const known = this.#peers.get(peer)
    if (known && !known.enrolled && known.foundBy === 'inbound') this.#peers.delete(peer)
  }

  /** Boxes of which others have told since before that moment, and which were never met. */
  forgetHearsay(toldBefore: number): void {
    for (const { peer, enrolled, foundBy, state, since } of this.#peers.values())
      if (!enrolled && foundBy === 'peer' && state === 'away' && since < toldBefore) this.#peers.delete(peer)
  }

  /** Who has been greeted the longest without becoming a member. */
  oldestStranger(): PeerId | undefined {
    const strangers = this.all().filter(({ state, enrolled }) => state === 'greeting' && !enrolled)
    return strangers.toSorted((a, b) => a.since - b.since)[0]?.peer
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #changed(): void {
    this.#members = undefined
    this.#placed = undefined
    for (const listener of this.#listeners) listener()
  }

  /** Each kind has room of its own, so that invented boxes and strangers keep no real one out. */
  #makeRoom(foundBy: FoundBy): boolean {
    const isHearsay = foundBy === 'peer'
    const kin = this.all().filter((other) => !other.enrolled && (other.foundBy === 'peer') === isHearsay)
    if (foundBy !== 'remembered' && kin.length >= (isHearsay ? mostHearsay : mostStrangers))
      return this.#forgetOldest(kin)
    if (this.#peers.size < mostPeers + mostStrangers + mostHearsay) return true
    return this.#forgetOldest(this.all())
  }

  #forgetOldest(among: readonly KnownPeer[]): boolean {
    let oldest: KnownPeer | undefined
    for (const known of among)
      if (known.state === 'away' && (!oldest || known.since < oldest.since)) oldest = known
    return oldest !== undefined && this.#peers.delete(oldest.peer)
  }
}

function noteAddresses(known: Entry, addresses: readonly string[], foundBy: FoundBy): void {
  if (foundBy === 'peer') known.places.heard(addresses)
  else known.places.met(addresses)
  known.addresses = known.places.all
}
