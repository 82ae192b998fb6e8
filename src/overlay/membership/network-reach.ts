import type { PeerId } from '../protocol/peer-id.ts'

/** How this box finds out where others can dial it. Addresses are as the network writes them. */
export interface NetworkReach {
  /** Where a connected peer comes from or was dialled; undefined when a relay is between. */
  observed(peer: PeerId): string | undefined
  /** Whether the address is one of this machine. */
  isOwn(address: string): boolean
  /** Where a peer that saw this box at `observed` may try to dial it. */
  candidates(observed: string): readonly string[]
  /** Dials a connected peer anew at each of the addresses, and says which of them work. */
  dialBack(peer: PeerId, addresses: readonly string[], signal: AbortSignal): Promise<readonly string[]>
  settle(findings: ReachFindings): void
}

export interface ReachFindings {
  /** Addresses at which other boxes have dialled this one. */
  readonly confirmed: readonly string[]
  /** Boxes that this one should ask to relay for it; none when it can be dialled. */
  readonly relays: readonly PeerId[]
}
