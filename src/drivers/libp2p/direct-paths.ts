import type { Connection } from '@libp2p/interface'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { PeerId } from '../../overlay/protocol/peer-id.ts'
import type { PeerConnections } from './peer-connections.ts'

const firstWait = 2_000
const longestWait = 600_000
const dialWithin = 10_000
const movedAfter = 5_000

interface Attempt {
  notBefore: number
  wait: number
  isUnderWay: boolean
}

/** Replaces relayed connections by direct ones where a direct path has come to be. */
export class DirectPaths {
  readonly #connections: PeerConnections
  readonly #dial: (peer: PeerId, signal: AbortSignal) => Promise<string>
  readonly #hasLinks: (connection: Connection) => boolean
  readonly #clock: Clock
  readonly #log: Log
  readonly #attempts = new Map<PeerId, Attempt>()

  constructor(parts: {
    connections: PeerConnections
    /** Makes a direct connection to a peer, and says how. */
    dial: (peer: PeerId, signal: AbortSignal) => Promise<string>
    /** Whether SIP links are open on a connection: it stays until they end. */
    hasLinks: (connection: Connection) => boolean
    clock: Clock
    log: Log
  }) {
    this.#connections = parts.connections
    this.#dial = parts.dial
    this.#hasLinks = parts.hasLinks
    this.#clock = parts.clock
    this.#log = parts.log
  }

  /** The network has changed: what failed before may work now. */
  hurry(): void {
    this.#attempts.clear()
  }

  /** Called every few seconds. */
  look(): void {
    const now = this.#clock.now()
    const relayed = this.#connections.relayed()
    for (const peer of this.#attempts.keys()) if (!relayed.includes(peer)) this.#attempts.delete(peer)
    for (const peer of relayed) {
      const [best] = this.#connections.to(peer)
      if (best?.direct) {
        this.#tidy(peer, now)
        continue
      }
      const attempt = this.#attempts.get(peer) ?? { notBefore: now, wait: firstWait, isUnderWay: false }
      this.#attempts.set(peer, attempt)
      if (!attempt.isUnderWay && attempt.notBefore <= now) void this.#try(peer, attempt)
    }
  }

  /** A relayed connection beside a direct one ends when questions have moved and no SIP link needs it. */
  #tidy(peer: PeerId, now: number): void {
    const [best, ...others] = this.#connections.to(peer)
    if (!best?.direct || now - best.timeline.open < movedAfter) return
    for (const connection of others)
      if (!connection.direct && !this.#hasLinks(connection))
        connection.abort(new Error('there is a direct path'))
  }

  async #try(peer: PeerId, attempt: Attempt): Promise<void> {
    attempt.isUnderWay = true
    const bound = new AbortController()
    const timer = this.#clock.after(dialWithin, () => bound.abort(new Error(`no answer in ${dialWithin} ms`)))
    try {
      const how = await this.#dial(peer, bound.signal)
      this.#log.info({ peer, how }, 'a box is connected directly, no longer by a relay')
    } catch (error) {
      this.#log.debug({ peer, reason: (error as Error).message }, 'no direct path to a box')
    } finally {
      timer.cancel()
      attempt.isUnderWay = false
      attempt.notBefore = this.#clock.now() + attempt.wait
      attempt.wait = Math.min(longestWait, attempt.wait * 4)
    }
  }
}
