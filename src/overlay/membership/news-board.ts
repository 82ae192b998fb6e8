import { RecentMap } from '../../lib/recent-map.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import { mostNewsPerMessage, type PeerNews } from './peer-news.ts'

interface Posted {
  readonly news: PeerNews
  timesTold: number
}

const mostPosted = 512
const mostRemembered = 4_096
/** SWIM §4.1: λ·log n tellings by everybody who knows reach all with a probability that grows with λ. */
const tellingsPerDoubling = 3
/** So often news is pushed to others at once; after that it rides on pings. */
const timesPushed = 4

/** News that goes round on pings and their answers: each item is told a few times by every box that hears it. */
export class NewsBoard {
  readonly #posted = new Map<string, Posted>()
  readonly #latestHere = new RecentMap<number>(mostRemembered)
  readonly #doubtsHeard = new RecentMap<true>(mostRemembered)

  /** Takes it among what is told; false when it was known here. */
  post(news: PeerNews): boolean {
    if (!this.#isNew(news)) return false
    // One item of each kind per peer: the later one replaces the earlier.
    const subject = `${news.what} ${news.peer}`
    this.#posted.delete(subject)
    if (this.#posted.size >= mostPosted) this.#dropMostTold()
    this.#posted.set(subject, { news, timesTold: 0 })
    return true
  }

  /** What the next message carries: what was told least. `peers`: how many there are to tell. */
  take(peers: number): PeerNews[] {
    const enough = tellingsPerDoubling * Math.ceil(Math.log2(peers + 2))
    const chosen = [...this.#posted]
      .toSorted(([, a], [, b]) => a.timesTold - b.timesTold)
      .slice(0, mostNewsPerMessage)
    for (const [subject, posted] of chosen) if (++posted.timesTold >= enough) this.#posted.delete(subject)
    return chosen.map(([, { news }]) => news)
  }

  /** There is something that should not wait for the next ping. */
  get isFresh(): boolean {
    for (const { timesTold } of this.#posted.values()) if (timesTold < timesPushed) return true
    return false
  }

  /** When the peer last gave word of itself, as far as this box has heard; by the peer's clock. */
  latestHere(peer: PeerId): number {
    return this.#latestHere.get(peer) ?? 0
  }

  #isNew(news: PeerNews): boolean {
    if (news.what === 'here') {
      if (news.since <= this.latestHere(news.peer)) return false
      this.#latestHere.set(news.peer, news.since)
      return true
    }
    const finding = `${news.peer} ${news.id}`
    if (this.#doubtsHeard.get(finding)) return false
    this.#doubtsHeard.set(finding, true)
    return true
  }

  #dropMostTold(): void {
    let most: [string, Posted] | undefined
    for (const entry of this.#posted) if (!most || entry[1].timesTold > most[1].timesTold) most = entry
    if (most) this.#posted.delete(most[0])
  }
}
