import type { FoundBy } from '../overlay.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import type { PeerCredential } from '../trust/credential-reader.ts'

/** A `peer` stores for others; a `client` only uses the overlay. */
export type PeerRole = 'peer' | 'client'

/** Another box, as this one knows it. */
export interface KnownPeer {
  readonly peer: PeerId
  /** Where to dial it: what it says itself, where it was met, what others say. */
  addresses: readonly string[]
  foundBy: FoundBy
  /** `greeting`: connected, credential not yet checked. Only a `member` may store, fetch and link. */
  state: 'away' | 'greeting' | 'member'
  /** Its credential was seen to be good, by this box now or in an earlier run. */
  enrolled: boolean
  /** When the state last changed, in milliseconds since the Unix epoch. */
  since: number
  /** When it was last lost, or this box started and remembered it; undefined when it was never connected. */
  lostAt: number | undefined
  roundTripMs: number | undefined
  /** How far its clock is ahead of this box's, in milliseconds. */
  clockAheadMs: number | undefined
  /** When its credential ends. */
  notAfter: number
  /** What it has shown to be good. */
  credential: PeerCredential | undefined
  role: PeerRole
}
