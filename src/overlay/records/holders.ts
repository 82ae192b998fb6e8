import { RecentMap } from '../../lib/recent-map.ts'
import type { RecordKind } from '../overlay.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import { closestPeers, type PlacedPeer, pointOfResource } from './placement.ts'

interface Table {
  /** The same value until a member comes or goes. */
  placed(): readonly PlacedPeer[]
}

const mostRemembered = 50_000

/** Which boxes should hold what, as the members are now. Each answer is computed once until they change. */
export class Holders {
  readonly copies: number
  readonly #table: Table
  #placed: readonly PlacedPeer[] = []
  #known = new RecentMap<readonly PeerId[]>(mostRemembered)

  constructor(table: Table, copies: number) {
    this.#table = table
    this.copies = copies
  }

  /** Closest first; at most `copies`. */
  of(kind: RecordKind, resource: string): readonly PeerId[] {
    const placed = this.#table.placed()
    if (placed !== this.#placed) {
      this.#placed = placed
      this.#known = new RecentMap(mostRemembered)
    }
    const key = `${kind} ${resource}`
    const known = this.#known.get(key)
    if (known) return known
    const holders = closestPeers(pointOfResource(kind, resource), placed, this.copies)
    this.#known.set(key, holders)
    return holders
  }

  /** The holders, then those who would be if these were gone. */
  candidates(kind: RecordKind, resource: string, count: number): readonly PeerId[] {
    return closestPeers(pointOfResource(kind, resource), this.#table.placed(), count)
  }
}
