import type { Clock } from '../../lib/clock.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import { clockTolerance } from '../records/record-check.ts'
import type { NewsBoard } from './news-board.ts'
import { hereNews, type PeerNews } from './peer-news.ts'
import type { PeerTable } from './peer-table.ts'

type HereNews = Extract<PeerNews, { what: 'here' }>

export interface WhereaboutsParts {
  readonly self: PeerId
  /** Where others may reach this box now. */
  addresses(): readonly string[]
  readonly table: PeerTable
  readonly news: NewsBoard
  readonly clock: Clock
  /** That box may be dialled now. */
  hurry(peer: PeerId): void
}

/** Where boxes say they are: this one's own word, and what goes round of others. */
export class Whereabouts {
  readonly #parts: WhereaboutsParts
  #since = 0
  #announced = ''

  constructor(parts: WhereaboutsParts) {
    this.#parts = parts
  }

  /** Gives word of this box, under a later date than before. */
  announce(): void {
    const { self, news, clock } = this.#parts
    const addresses = this.#parts.addresses()
    this.#announced = addresses.join()
    this.#since = Math.max(clock.now(), this.#since + 1)
    news.post(hereNews(self, this.#since, addresses))
  }

  /** True when this box is elsewhere than it last said; then it has said so. */
  announceWhenMoved(): boolean {
    if (this.#parts.addresses().join() === this.#announced) return false
    this.announce()
    return true
  }

  heard(from: PeerId, here: HereNews): void {
    const { self, news, clock } = this.#parts
    // A date in the future would silence the box's own later words.
    if (here.since > clock.now() + clockTolerance) return
    if (here.peer === self) this.#correct(here)
    else if (news.post(here)) this.#learn(from, here)
  }

  #learn(from: PeerId, here: HereNews): void {
    const { table, clock, hurry } = this.#parts
    if (here.peer === from) table.said(from, here.addresses)
    else table.learn(here.peer, here.addresses, 'peer', clock.now())
    if (table.get(here.peer)?.state === 'away') hurry(here.peer)
  }

  // Somebody tells of this box what it did not say, or what it said before it was started again.
  #correct({ since, addresses }: HereNews): void {
    const isOwnWord = since <= this.#since
    if (isOwnWord) return
    this.#since = since
    if (addresses.join() !== this.#announced) this.announce()
  }
}
