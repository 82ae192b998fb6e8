import type { Duplex } from 'node:stream'
import type { NetworkReach } from '../membership/network-reach.ts'
import type { FoundBy } from '../overlay.ts'
import type { PeerId } from './peer-id.ts'

/**
 * What an overlay needs of the network below it. The network proves who holds a peer id's key and encrypts; whether
 * that peer belongs to the overlay is for the overlay to check.
 */
export interface PeerNetwork {
  readonly self: PeerId
  /** Listens, and reports to `events` from now on. */
  open(events: PeerNetworkEvents): Promise<void>
  /** Ends every connection. Safe to call twice. */
  close(): Promise<void>
  /** Where other boxes may reach this one. */
  addresses(): readonly string[]
  /** Connects, to the first address that works; `peerId` is what it must prove to be. Throws when none works. */
  dial(peerId: PeerId | undefined, addresses: readonly string[], signal: AbortSignal): Promise<PeerId>
  /** One question, one answer, to a connected peer. Throws when the connection goes or the signal fires. */
  request(peer: PeerId, message: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
  /** A byte stream to a connected peer. */
  openStream(peer: PeerId, signal: AbortSignal): Promise<Duplex>
  /**
   * Ends all connections to a peer. With `silentForMs`, where there are several, only those that stood so long ago: a
   * newer one is how it has come back.
   */
  drop(peer: PeerId, silentForMs?: number): void
  /** The connections to a peer, for people who look. */
  paths?(peer: PeerId): readonly PeerPath[]
  /** Only in networks where some boxes cannot be dialled. */
  readonly reach?: NetworkReach | undefined
  /** Whether others can dial this box, or come by relays only; undefined while nobody has tried. */
  reachability?(): 'direct' | 'relayed' | undefined
}

/** One connection to a peer. */
export interface PeerPath {
  /** As the network writes it. */
  readonly address: string
  readonly direction: 'in' | 'out'
  /** The box that carries it; undefined when it is direct. */
  readonly relay: PeerId | undefined
}

/** Called once per peer, however many connections there are to it. */
export interface PeerNetworkEvents {
  connected(peer: PeerId, addresses: readonly string[]): void
  /** `isPathLost`: this end gave the connection up; the far end did not close it. */
  disconnected(peer: PeerId, isPathLost?: boolean): void
  /** This box has other addresses than before; `isOtherNetwork`: not only a relay's, its interfaces changed. */
  moved?(isOtherNetwork: boolean): void
  /** Relays carry for members only. */
  isMember?(peer: PeerId): boolean
  /** A box that may be of this overlay was seen. */
  found(peer: PeerId | undefined, addresses: readonly string[], foundBy: FoundBy): void
  /** A question from a connected peer. Never rejects. */
  request(peer: PeerId, message: Uint8Array): Promise<Uint8Array>
  stream(peer: PeerId, stream: Duplex): void
}
