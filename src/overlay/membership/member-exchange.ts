import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { PeerCalls } from '../protocol/peer-calls.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import { mostPeersPerMessage, type PeerAddress } from '../protocol/peer-message.ts'
import { memberDigest } from './member-digest.ts'
import type { PeerTable } from './peer-table.ts'

export interface MemberExchangeParts {
  readonly self: PeerId
  readonly table: PeerTable
  readonly calls: Pick<PeerCalls, 'ask'>
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  /** Others see that box: it may be dialled now. */
  hurry(peer: PeerId): void
}

/** A greeting names so many members; who knows none of the rest asks on. */
export const mostPeersInGreeting = 16
const everyMilliseconds = 30_000
/** When it teaches nothing: some boxes see each other and cannot be seen from here. */
const atLeastEveryMilliseconds = 240_000
const soonAgain = 5_000
const answerWithin = 3_000
const mostPages = 10
const lostLately = 600_000

/** Learns who is there from those who are: a few names at each greeting, and a comparison with one box in turn. */
export class MemberExchange {
  readonly #parts: MemberExchangeParts
  #pause = everyMilliseconds
  #askedAt = Number.NEGATIVE_INFINITY
  #timer: Timer | undefined

  constructor(parts: MemberExchangeParts) {
    this.#parts = parts
  }

  start(): void {
    const { clock, random } = this.#parts
    this.#timer = clock.after(this.#pause * (0.8 + 0.4 * random()), () => {
      this.start()
      void this.#askOne()
    })
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** A member names others, some or all that it sees. */
  heard(from: PeerId, peers: readonly PeerAddress[]): void {
    const isMore = peers.length >= mostPeersInGreeting
    const isNews = this.#take(peers)
    const now = this.#parts.clock.now()
    if (isMore && isNews && this.#timer && now - this.#askedAt >= soonAgain) void this.#ask(from)
  }

  /** For the greeting of a box. */
  some(asker: PeerId): PeerAddress[] {
    const others = this.#named(asker)
    const first = Math.floor(this.#parts.random() * others.length)
    return [...others.slice(first), ...others.slice(0, first)].slice(0, mostPeersInGreeting)
  }

  /** One page of the members after that one; empty when the asker sees the same ones. */
  page(asker: PeerId, digest: Uint8Array, after: string): PeerAddress[] {
    if (Buffer.compare(digest, this.#digest()) === 0) return []
    return this.#named(asker)
      .filter(({ peer }) => peer > after)
      .toSorted((a, b) => (a.peer < b.peer ? -1 : 1))
      .slice(0, mostPeersPerMessage)
  }

  async #askOne(): Promise<void> {
    const { table, random } = this.#parts
    const members = table.members()
    const chosen = members[Math.floor(random() * members.length)]
    if (!chosen) return
    const taught = await this.#ask(chosen.peer)
    this.#pause = taught === 'known' ? Math.min(atLeastEveryMilliseconds, 2 * this.#pause) : everyMilliseconds
  }

  async #ask(peer: PeerId): Promise<'same' | 'news' | 'known'> {
    const { calls, clock, log } = this.#parts
    this.#askedAt = clock.now()
    const digest = this.#digest()
    let taught: 'same' | 'news' | 'known' = 'same'
    try {
      let after = ''
      for (let page = 0; page < mostPages; page++) {
        const { peers } = await calls.ask(peer, { type: 'peers', digest, after }, 'peers', answerWithin)
        if (this.#take(peers)) taught = 'news'
        else if (peers.length > 0 && taught === 'same') taught = 'known'
        after = peers.at(-1)?.peer ?? ''
        if (peers.length < mostPeersPerMessage) break
      }
    } catch (error) {
      log.debug({ peer, reason: (error as Error).message }, 'a box did not say whom it sees')
    }
    return taught
  }

  /** True when one of them is not connected to this box. */
  #take(peers: readonly PeerAddress[]): boolean {
    const { self, table, clock, hurry } = this.#parts
    let isNews = false
    for (const { peer, addresses } of peers) {
      if (peer === self || table.isMember(peer)) continue
      if (table.learn(peer, addresses, 'peer', clock.now())) isNews = true
      const known = table.get(peer)
      if (known?.state !== 'away') continue
      if (known.lostAt !== undefined && clock.now() - known.lostAt < lostLately) isNews = true
      hurry(peer)
    }
    return isNews
  }

  #named(asker: PeerId): PeerAddress[] {
    return this.#parts.table
      .members()
      .filter(({ peer, addresses }) => peer !== asker && addresses.length > 0)
      .map(({ peer, addresses }) => ({ peer, addresses: addresses.slice(0, 16) }))
  }

  #digest(): Uint8Array {
    const { self, table } = this.#parts
    return memberDigest([self, ...table.members().map(({ peer }) => peer)])
  }
}
