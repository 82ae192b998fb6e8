import type { PeerId } from '../protocol/peer-id.ts'
import type { ReachFindings } from './network-reach.ts'

/** What one member found when it dialled this box. */
export interface ReachFinding {
  /** The address that this box has as the member sees it. */
  readonly observed: string
  /** Where the dialling worked; none: the member cannot reach this box by itself. */
  readonly reached: readonly string[]
}

/**
 * One member that cannot dial this box is enough to need a relay: there will be others like it. Exactly those members
 * make good relays, since they stand on the other side of whatever is in the way, and this box reaches them.
 */
export function concludeReach(findings: ReadonlyMap<PeerId, ReachFinding>): ReachFindings {
  const all = [...findings]
  const confirmed = new Set(all.flatMap(([, { reached }]) => reached))
  const relays = all.filter(([, { reached }]) => reached.length === 0).map(([peer]) => peer)
  return { confirmed: [...confirmed].toSorted(), relays: relays.toSorted() }
}
