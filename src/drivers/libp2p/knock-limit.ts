import type { MultiaddrConnection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock } from '../../lib/clock.ts'
import { type Rate, RateBudget } from '../../lib/rate-budget.ts'
import { RecentMap } from '../../lib/recent-map.ts'

/** All strangers together. A handshake costs a box about 8 ms of work before it knows who is there. */
const strangersRate: Rate = { perSecond: 50, burst: 300, longestWait: 0 }
const hostsRemembered = 2_048

/** Bounds the handshakes that strangers make this box do. Where members were seen others may knock as before. */
export class KnockLimit {
  readonly #strangers: RateBudget
  readonly #hosts = new RecentMap<true>(hostsRemembered)

  constructor(clock: Clock) {
    this.#strangers = new RateBudget(strangersRate, clock)
  }

  /** A member is or was connected from there. */
  memberAt(address: Multiaddr): void {
    const host = hostOf(address)
    if (host !== undefined) this.#hosts.set(host, true)
  }

  /** Before the handshake. */
  isTooMuch({ remoteAddr }: Pick<MultiaddrConnection, 'remoteAddr'>): boolean {
    const host = hostOf(remoteAddr)
    // Through a relay, which has bounds of its own.
    if (host === undefined || this.#hosts.get(host)) return false
    return this.#strangers.take('strangers', 1) === undefined
  }
}

function hostOf(address: Multiaddr): string | undefined {
  const text = address.toString()
  return text.includes('/p2p-circuit') ? undefined : /^\/ip[46](?:zone\/[^/]+\/ip6)?\/([^/]+)/.exec(text)?.[1]
}
