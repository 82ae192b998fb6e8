import type { Part } from '../lib/part.ts'
import type { Diagnostics } from './diagnosis/diagnostics.ts'
import type { OverlayFigures } from './diagnosis/overlay-counts.ts'

/** RELOAD's Kind-ID (RFC 6940 §7.4) by name. */
export type RecordKind = 'sip-aor' | 'service' | 'canary'

/** An entry of a resource as one box stored it: verified, unexpired, not removed. */
export interface OverlayRecord {
  readonly kind: RecordKind
  /** What the entry is about: an AoR (`sip:user@domain`), a service's name. */
  readonly resource: string
  readonly value: Uint8Array
  /** Milliseconds since the Unix epoch, by the storing box's clock. */
  readonly storedAt: number
  readonly lifetimeSeconds: number
  /** Peer name of the box that signed and stored it. */
  readonly signer: string
}

export interface StoreReceipt {
  /** Peer names of the boxes that acknowledged, this box included when it is a holder. */
  readonly holders: readonly string[]
  /** How many boxes should hold it at this moment. */
  readonly wanted: number
}

/** How this box first learned of a peer. */
export type FoundBy = 'ticket' | 'remembered' | 'config' | 'mdns' | 'dns' | 'peer' | 'inbound'

export interface PeerView {
  readonly peerName: string
  /** As the network writes them; multiaddresses for libp2p. */
  readonly addresses: readonly string[]
  /** Connected, and its credential was checked. */
  readonly connected: boolean
  readonly roundTripMs: number | undefined
  /** When it was last connected or lost, in milliseconds since the Unix epoch. */
  readonly since: number
  readonly foundBy: FoundBy
  /** A `client` stores nothing for others. */
  readonly role: 'peer' | 'client'
}

/** Where to send SIP for a peer: every byte goes to that peer's box, encrypted and authenticated. */
export interface LinkEnd {
  readonly address: string
  /** TCP. */
  readonly port: number
}

/** The TCP listening point of this box's own SIP engine. */
export interface SipPoint {
  readonly sipAddress: string
  readonly sipPort: number
}

export interface OverlayHealth {
  /**
   * `proven`: a record stored here was just fetched by another box. `unproven`: connected, but no proof yet, or too old.
   * `alone`: no other box is known. `isolated`: there must be others, and none is connected.
   */
  readonly state: 'proven' | 'unproven' | 'alone' | 'isolated'
  readonly connectedPeers: number
  readonly knownPeers: number
  /** Records of others and of this box that it holds for the overlay. */
  readonly recordsHeld: number
  /** When the last proof succeeded, in milliseconds since the Unix epoch. */
  readonly provenAt: number | undefined
  readonly why: string
  /** A `client` stores nothing for others. */
  readonly role: 'peer' | 'client'
  readonly roleReason: string
}

/** What this box knows of its own place in the overlay besides its health. */
export interface OverlayStatus {
  /** How the first box was found that it was connected to after the start or after an isolation. */
  readonly bootstrap: FoundBy | undefined
  /** Since when no other box is connected; undefined while one is. Milliseconds since the Unix epoch. */
  readonly disconnectedSince: number | undefined
  /** Where others may enter the overlay by this box, and how many more; no addresses when nobody can dial it. */
  readonly entrance: { readonly addresses: readonly string[]; readonly free: number }
  /** Of the records that this box has stored: how many copies there should be, and how many are known to be there. */
  readonly copies: { readonly wanted: number; readonly confirmed: number }
  /** When its credential ends, in milliseconds since the Unix epoch. */
  readonly credentialEndsAt: number
  /** What to do about it, when it ends soon or has ended. */
  readonly credentialWarning: string | undefined
  /** Whose clock is wrong, as far as the members' clocks tell, and what to do. */
  readonly clockWarning: string | undefined
  readonly revokedBoxes: number
  /** Records of other boxes that were not believed, the last ones, newest first. */
  readonly refusedClaims: readonly RefusedClaimView[]
}

export interface RefusedClaimView {
  /** Peer name of the box that stored or served it. */
  readonly from: string
  readonly fault: string
  readonly reason: string
  readonly times: number
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

/**
 * A set of boxes that find each other's users. A store needs a credential of the overlay's trust root; a fetch never
 * returns unsigned, foreign, older or expired entries, whoever serves them.
 */
export interface Overlay extends Part {
  /** DNS domain that names the overlay. */
  readonly domain: string
  /** `<peer-id>.peer.<domain>` of this box. */
  readonly peerName: string
  /** Signs and stores this box's entry of a resource. Throws `StoreFailed` when no holder takes it. */
  store(kind: RecordKind, resource: string, value: Uint8Array, lifetimeSeconds: number): Promise<StoreReceipt>
  /**
   * The entries of a resource, one per storing box; empty when there are none. They may have been looked up a while ago, but
   * not before `newerThan` (milliseconds since the Unix epoch). Takes at most 900 ms. Throws `LookUpUnanswered` when too
   * few boxes answer to say.
   */
  fetch(
    kind: RecordKind,
    resource: string,
    signal: AbortSignal,
    newerThan?: number,
  ): Promise<readonly OverlayRecord[]>
  /** Removes this box's entry by a signed tombstone. Throws `StoreFailed` when no holder takes it. */
  remove(kind: RecordKind, resource: string): Promise<void>
  /** Every known peer, this box left out. */
  peers(): readonly PeerView[]
  /** The local end of a SIP link to a peer. Throws `PeerUnknown`. */
  openLink(peerName: string): Promise<LinkEnd>
  /** Peer name behind an inbound link connection, by its source port as the SIP engine sees it. */
  peerOfLink(localPort: number): string | undefined
  /** Tells where inbound links lead; without it they are refused. */
  serveSipAt(point: SipPoint): void
  health(): OverlayHealth
  /** The same after another box has been asked, at this moment, to find a record of this one. */
  proveNow(): Promise<OverlayHealth>
  status(): OverlayStatus
  figures(): OverlayFigures
  readonly diagnostics: Pick<Diagnostics, 'trace' | 'ping' | 'topology' | 'pathTo'>
  /** Called after a peer was connected, lost or forgotten. Returns what ends the subscription. */
  onPeerChange(listener: () => void): () => void
}
