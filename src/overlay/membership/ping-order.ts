import type { PeerId } from '../protocol/peer-id.ts'

/**
 * Whom to ping next. Every other turn it is the next box on the ring of all peer ids, so that each box is looked at
 * by another one every two turns whatever their number; in between all others in shuffled rounds (SWIM §4.3), which
 * also looks after boxes whose neighbour went with them.
 */
export class PingOrder {
  readonly #self: PeerId
  readonly #random: () => number
  #round: PeerId[] = []
  #isRingsTurn = false

  constructor(self: PeerId, random: () => number) {
    this.#self = self
    this.#random = random
  }

  /** Undefined when there is nobody. */
  next(peers: readonly PeerId[]): PeerId | undefined {
    this.#isRingsTurn = !this.#isRingsTurn
    return this.#isRingsTurn ? nextOnRing(this.#self, peers) : this.#nextOfRound(peers)
  }

  #nextOfRound(peers: readonly PeerId[]): PeerId | undefined {
    const present = new Set(peers)
    for (;;) {
      const peer = this.#round.pop()
      if (peer !== undefined && present.has(peer)) return peer
      if (this.#round.length > 0) continue
      if (peers.length === 0) return undefined
      this.#round = shuffled(peers, this.#random)
    }
  }
}

function nextOnRing(self: PeerId, peers: readonly PeerId[]): PeerId | undefined {
  let next: PeerId | undefined
  let first: PeerId | undefined
  for (const peer of peers) {
    if (first === undefined || peer < first) first = peer
    if (peer > self && (next === undefined || peer < next)) next = peer
  }
  return next ?? first
}

/** A copy in random order (Fisher and Yates). */
export function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const result = [...items]
  for (let last = result.length - 1; last > 0; last--) {
    const chosen = Math.floor(random() * (last + 1))
    const item = result[last] as Item
    result[last] = result[chosen] as Item
    result[chosen] = item
  }
  return result
}
