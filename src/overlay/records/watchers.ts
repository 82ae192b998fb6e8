import type { RecordKind } from '../overlay.ts'
import type { PeerId } from '../protocol/peer-id.ts'

/** How long a box that asked is told of a change: a little longer than it remembers the answer. */
export const watchMilliseconds = 60_000
const mostWatches = 50_000
const mostPerResource = 500
/** So that one box cannot take all. */
const mostPerPeer = 5_000

/** Which boxes asked for what lately. Each is told of one change; then it has to ask again. */
export class Watchers {
  /** Per resource: until when each box is to be told. */
  readonly #resources = new Map<string, Map<PeerId, number>>()
  readonly #ofPeer = new Map<PeerId, number>()
  #count = 0

  /** What is beyond the limits is not watched: what the box remembers ends by itself. */
  add(kind: RecordKind, resource: string, peer: PeerId, now: number): void {
    const key = `${kind} ${resource}`
    const peers = this.#resources.get(key)
    if (!peers?.has(peer)) {
      if (this.#count >= mostWatches || (peers?.size ?? 0) >= mostPerResource) return
      if ((this.#ofPeer.get(peer) ?? 0) >= mostPerPeer) return
      this.#add(peer, 1)
    }
    if (peers) peers.set(peer, now + watchMilliseconds)
    else this.#resources.set(key, new Map([[peer, now + watchMilliseconds]]))
  }

  /** The resource changed: whom to tell. They are forgotten. */
  take(kind: RecordKind, resource: string, now: number): PeerId[] {
    const key = `${kind} ${resource}`
    const peers = this.#resources.get(key)
    if (!peers) return []
    this.#resources.delete(key)
    for (const peer of peers.keys()) this.#add(peer, -1)
    return [...peers].flatMap(([peer, until]) => (until > now ? [peer] : []))
  }

  sweep(now: number): void {
    for (const [key, peers] of this.#resources) {
      for (const [peer, until] of peers) if (until <= now && peers.delete(peer)) this.#add(peer, -1)
      if (peers.size === 0) this.#resources.delete(key)
    }
  }

  get count(): number {
    return this.#count
  }

  #add(peer: PeerId, change: 1 | -1): void {
    this.#count += change
    const left = (this.#ofPeer.get(peer) ?? 0) + change
    if (left > 0) this.#ofPeer.set(peer, left)
    else this.#ofPeer.delete(peer)
  }
}
