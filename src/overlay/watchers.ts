import type { RecordKind } from './overlay.ts'
import type { PeerId } from './peer-id.ts'

/** How long a box that asked is told of a change: a little longer than it remembers the answer. */
export const watchMilliseconds = 60_000
const mostWatches = 50_000
const mostPerResource = 500

/** Which boxes asked for what lately. Each is told of one change; then it has to ask again. */
export class Watchers {
  /** Per resource: until when each box is to be told. */
  readonly #resources = new Map<string, Map<PeerId, number>>()
  #count = 0

  add(kind: RecordKind, resource: string, peer: PeerId, now: number): void {
    const key = `${kind} ${resource}`
    const peers = this.#resources.get(key)
    if (peers?.has(peer)) peers.set(peer, now + watchMilliseconds)
    else if (this.#count < mostWatches && (peers?.size ?? 0) < mostPerResource) {
      this.#count++
      if (peers) peers.set(peer, now + watchMilliseconds)
      else this.#resources.set(key, new Map([[peer, now + watchMilliseconds]]))
    }
  }

  /** The resource changed: whom to tell. They are forgotten. */
  take(kind: RecordKind, resource: string, now: number): PeerId[] {
    const key = `${kind} ${resource}`
    const peers = this.#resources.get(key)
    if (!peers) return []
    this.#resources.delete(key)
    this.#count -= peers.size
    return [...peers].flatMap(([peer, until]) => (until > now ? [peer] : []))
  }

  sweep(now: number): void {
    for (const [key, peers] of this.#resources) {
      for (const [peer, until] of peers) if (until <= now && peers.delete(peer)) this.#count--
      if (peers.size === 0) this.#resources.delete(key)
    }
  }

  get count(): number {
    return this.#count
  }
}
