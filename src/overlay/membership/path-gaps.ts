import type { Clock } from '../../lib/clock.ts'
import { PeerUnreachable } from '../overlay-errors.ts'
import type { PeerId } from '../protocol/peer-id.ts'

interface Peers {
  isMember(peer: PeerId): boolean
  onChange(listener: () => void): () => void
}

/** How long after its path was lost a peer is expected back by another one. */
const expectedBackWithin = 10_000

/**
 * Bridges the moment between two paths to a peer: what is to be opened to it waits until it is connected again. A peer
 * that closed its connections itself is gone, and nobody waits.
 */
export class PathGaps {
  readonly #peers: Peers
  readonly #clock: Clock
  readonly #lostAt = new Map<PeerId, number>()

  constructor(peers: Peers, clock: Clock) {
    this.#peers = peers
    this.#clock = clock
  }

  lost(peer: PeerId): void {
    const now = this.#clock.now()
    for (const [other, at] of this.#lostAt) if (now - at > expectedBackWithin) this.#lostAt.delete(other)
    this.#lostAt.set(peer, now)
  }

  /** Throws what `open` throws, or `PeerUnreachable` when the peer is not there and not expected back. */
  async across<Opened>(peer: PeerId, open: () => Promise<Opened>, signal: AbortSignal): Promise<Opened> {
    for (;;) {
      if (!this.#peers.isMember(peer)) await this.#returnOf(peer, signal)
      try {
        return await open()
      } catch (error) {
        // The path may have been dead already, and found so only while the stream was being opened.
        if (signal.aborted || this.#peers.isMember(peer)) throw error
      }
    }
  }

  #returnOf(peer: PeerId, signal: AbortSignal): Promise<void> {
    const lostAt = this.#lostAt.get(peer) ?? Number.NEGATIVE_INFINITY
    if (this.#clock.now() - lostAt > expectedBackWithin)
      return Promise.reject(new PeerUnreachable('the box is not connected'))
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        stopListening()
        signal.removeEventListener('abort', giveUp)
        settle()
      }
      const giveUp = () => finish(() => reject(new PeerUnreachable('the box did not come back in time')))
      const stopListening = this.#peers.onChange(() => {
        if (this.#peers.isMember(peer)) finish(resolve)
      })
      signal.addEventListener('abort', giveUp, { once: true })
      if (signal.aborted) giveUp()
    })
  }
}
