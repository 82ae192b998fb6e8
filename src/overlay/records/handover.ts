import type { PeerId } from '../protocol/peer-id.ts'
import { closestPeers, type PlacedPeer, type Point } from './placement.ts'

/** Members as they were and as they are. A box that went and came back in between is not among those before. */
export interface Change {
  readonly before: readonly PlacedPeer[]
  readonly after: readonly PlacedPeer[]
}

export interface Handover {
  /** Boxes that should hold the record from now on and did not before. */
  readonly newcomers: readonly PeerId[]
  /** Who gives it to them: the first of the earlier holders that still is one; undefined when none is left. */
  readonly giver: PeerId | undefined
}

/** What a change of the members means for the record at that point. */
export function handoverAt(point: Point, { before, after }: Change, copies: number): Handover {
  const were = closestPeers(point, before, copies)
  const are = closestPeers(point, after, copies)
  return {
    newcomers: are.filter((peer) => !were.includes(peer)),
    giver: were.find((peer) => are.includes(peer)),
  }
}
