import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { within } from '../../lib/time-box.ts'
import { PeerRefused } from '../overlay-errors.ts'
import type { PeerCalls } from '../protocol/peer-calls.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import type { PeerReply, PeerRequest } from '../protocol/peer-message.ts'
import type { NewsBoard } from './news-board.ts'
import type { PeerNews } from './peer-news.ts'
import type { PeerTable } from './peer-table.ts'
import { answering, nextWatch, type PeerWatch, type WatchEvent, watchLimits } from './peer-watch.ts'
import { PingOrder, shuffled } from './ping-order.ts'
import { WakingTime } from './waking-time.ts'

/** What this box knows of revoked credentials, by a number that is the same for the same knowledge. */
export interface RevocationSerial {
  /** 0 when it knows of none. */
  readonly serial: number
  /** A box speaks that knows others. */
  heard(peer: PeerId, serial: number): void
}

export interface LivenessParts {
  readonly table: PeerTable
  readonly calls: Pick<PeerCalls, 'ask'>
  readonly news: NewsBoard
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  readonly revocations: RevocationSerial | undefined
  /** Boxes whose path carries a call or may carry one at any moment. */
  peersInUse(): Iterable<PeerId>
  /** Ends the connections to a box; for its silence, of so many milliseconds, those that stood before it. */
  drop(peer: PeerId, because: 'silent' | 'path' | 'credential', silentForMs?: number): void
  /** A box gave word of itself, to this box or to others. */
  heardOf(from: PeerId, news: Extract<PeerNews, { what: 'here' }>): void
}

const tickMilliseconds = 250
const ticksPerBeat = 4
const ticksPerLookAtPathsInUse = 2
const mostPathsInUse = 32
const helpers = 3
const helpersMayTake = 1_500
const helperLooksFor = 1_000
const mostLooksForOthers = 32
const pushedTo = 4
const looksAgainAfter = 3_000
const longestPing = 30_000

type Ping = Extract<PeerRequest, { type: 'ping' }>
type Pong = Extract<PeerReply, { type: 'pong' }>

/**
 * Knows who is there, by SWIM's ways: one ping a second whatever the number of boxes, others asked to try before a
 * silent one is doubted, and news told on pings. What a box does about a doubt differs: every box has its own
 * connection to every other, so a doubt makes it look for itself, and nobody is dropped on what others say.
 */
export class Liveness {
  readonly #parts: LivenessParts
  readonly #order: PingOrder
  readonly #time = new WakingTime(2 * tickMilliseconds)
  /** Peers that owe an answer; the others are fine. */
  readonly #watches = new Map<PeerId, PeerWatch>()
  readonly #pings = new Map<PeerId, Promise<boolean>>()
  /** When a doubt about a peer was last raised or followed, in waking time. */
  readonly #doubtedAt = new Map<PeerId, number>()
  #looksForOthers = 0
  #ticks = 0
  #timer: Timer | undefined

  constructor(self: PeerId, parts: LivenessParts) {
    this.#parts = parts
    this.#order = new PingOrder(self, parts.random)
  }

  start(): void {
    this.#time.advance(this.#parts.clock.now())
    this.#timer = this.#parts.clock.after(tickMilliseconds, () => this.#tick())
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#watches.clear()
    this.#doubtedAt.clear()
  }

  /** A peer pings this box. */
  answer(peer: PeerId, { news, revocations }: Ping): Pong {
    this.#hear(peer, news, revocations)
    return { type: 'pong', ...this.#says() }
  }

  /** Another box does not reach that peer and asks this one to try. Takes at most a second. */
  async lookForAnother(peer: PeerId): Promise<PeerReply> {
    const refused = (reason: string): PeerReply => ({ type: 'refused', code: 'silent', reason })
    if (!this.#parts.table.isMember(peer)) return refused('this box is not connected to it either')
    if (this.#looksForOthers >= mostLooksForOthers) return refused('too many looks at once')
    this.#looksForOthers++
    try {
      const looked = await within(helperLooksFor, this.#parts.clock, () => this.look(peer))
      if (looked.kind === 'value' && looked.value) return { type: 'pong', ...this.#says() }
      return refused('it does not answer this box either')
    } finally {
      this.#looksForOthers--
    }
  }

  /** Pings a member now unless that is under way. True when it answers; it may take as long as patience lasts. */
  look(peer: PeerId): Promise<boolean> {
    const underWay = this.#pings.get(peer)
    if (underWay) return underWay
    const ping = this.#ping(peer).finally(() => this.#pings.delete(peer))
    this.#pings.set(peer, ping)
    return ping
  }

  /** A question of another kind was answered. */
  answered(peer: PeerId): void {
    if (this.#watches.has(peer)) this.#step(peer, { type: 'answered' })
  }

  /** A question of another kind was not answered in time. */
  unanswered(peer: PeerId): void {
    if (this.#timer && this.#parts.table.isMember(peer)) void this.look(peer)
  }

  #tick(): void {
    const { clock, table } = this.#parts
    this.#timer = clock.after(tickMilliseconds, () => this.#tick())
    const at = this.#time.advance(clock.now())
    this.#ticks++
    this.#forgetThoseThatWent()
    const inUse = [...this.#parts.peersInUse()].filter((peer) => table.isMember(peer))
    const isInUse = new Set(inUse)
    for (const peer of [...this.#watches.keys()]) {
      const limits = watchLimits(table.get(peer)?.roundTripMs ?? 0, isInUse.has(peer))
      this.#step(peer, { type: 'tick', at, limits })
      // Its ping failed at once, and yet it is connected.
      if (this.#watches.has(peer)) void this.look(peer)
    }
    if (this.#ticks % ticksPerLookAtPathsInUse === 0) this.#lookAtPathsInUse(inUse)
    if (this.#ticks % ticksPerBeat === 0) this.#beat()
    if (this.#parts.news.isFresh) this.#push()
  }

  #beat(): void {
    const { clock, table } = this.#parts
    const now = clock.now()
    for (const { peer, notAfter } of table.members()) if (notAfter < now) this.#parts.drop(peer, 'credential')
    const peer = this.#order.next(this.#unwatched())
    if (peer !== undefined) void this.look(peer)
  }

  // When there are more of them than are looked at in one turn, they take turns.
  #lookAtPathsInUse(inUse: readonly PeerId[]): void {
    const turns = Math.ceil(inUse.length / mostPathsInUse)
    const turn = turns > 1 ? (this.#ticks / ticksPerLookAtPathsInUse) % turns : 0
    for (const peer of inUse.slice(turn * mostPathsInUse, (turn + 1) * mostPathsInUse)) void this.look(peer)
  }

  // Telling is pinging: the more boxes fall silent, the more are looked at.
  #push(): void {
    const chosen = shuffled(this.#unwatched(), this.#parts.random).slice(0, pushedTo)
    for (const peer of chosen) void this.look(peer)
  }

  #unwatched(): PeerId[] {
    return this.#parts.table.members().flatMap(({ peer }) => (this.#watches.has(peer) ? [] : [peer]))
  }

  #forgetThoseThatWent(): void {
    const { table } = this.#parts
    for (const peer of this.#watches.keys()) if (!table.isMember(peer)) this.#watches.delete(peer)
    for (const peer of this.#doubtedAt.keys()) if (!table.isMember(peer)) this.#doubtedAt.delete(peer)
  }

  async #ping(peer: PeerId): Promise<boolean> {
    const { calls, clock, table, log } = this.#parts
    this.#step(peer, { type: 'pinged', at: this.#time.now })
    const sentAt = clock.now()
    try {
      const { dropAfter } = watchLimits(table.get(peer)?.roundTripMs ?? 0, false)
      const mayTake = Math.min(longestPing, 2 * dropAfter)
      const pong = await calls.ask(peer, { type: 'ping', ...this.#says() }, 'pong', mayTake)
      const receivedAt = clock.now()
      table.measured(peer, receivedAt - sentAt)
      if (pong.time > 0) table.clockSeen(peer, pong.time - (sentAt + receivedAt) / 2)
      this.#step(peer, { type: 'answered' })
      this.#hear(peer, pong.news, pong.revocations)
      return true
    } catch (error) {
      // A box that is too busy lives; one that does not know this box any more has to be greeted anew.
      if (error instanceof PeerRefused && error.code !== 'not-enrolled') this.answered(peer)
      log.debug({ peer, reason: (error as Error).message }, 'a ping was not answered')
      return false
    }
  }

  #step(peer: PeerId, event: WatchEvent): void {
    const before = this.#watches.get(peer) ?? answering
    const [watch, ...actions] = nextWatch(before, event)
    if (watch.name === 'answering') this.#watches.delete(peer)
    else this.#watches.set(peer, watch)
    for (const action of actions)
      if (action.do === 'ask-others') void this.#askOthers(peer, watch)
      else if (action.do === 'spread-doubt') this.#spreadDoubt(peer)
      else if (before.name !== 'answering')
        this.#parts.drop(peer, action.because, this.#time.now - before.since)
  }

  async #askOthers(peer: PeerId, watch: PeerWatch): Promise<void> {
    if (watch.name === 'answering') return
    const { calls, random, log } = this.#parts
    const asked = shuffled(this.#unwatched(), random).slice(0, helpers)
    const answers = asked.map((helper) =>
      calls.ask(helper, { type: 'ping-for', peer }, 'pong', helpersMayTake),
    )
    const { since } = watch
    try {
      await Promise.any(answers)
      this.#step(peer, { type: 'others-reach-it', at: this.#time.now, since })
    } catch {
      log.debug({ peer, asked: asked.length }, 'others do not reach that box either')
      this.#step(peer, { type: 'others-do-not', since })
    }
  }

  #spreadDoubt(peer: PeerId): void {
    if (!this.#mayDoubtNow(peer)) return
    const id = Math.floor(this.#parts.random() * 0x1_0000_0000)
    this.#parts.news.post({ what: 'doubt', peer, id })
  }

  #hear(from: PeerId, news: readonly PeerNews[], revocations: number): void {
    const { revocations: own } = this.#parts
    if (revocations !== 0 && own && revocations !== own.serial) own.heard(from, revocations)
    for (const item of news)
      if (item.what === 'here') this.#parts.heardOf(from, item)
      else if (this.#parts.news.post(item) && this.#parts.table.isMember(item.peer)) this.#follow(item.peer)
  }

  #follow(peer: PeerId): void {
    if (this.#mayDoubtNow(peer)) void this.look(peer)
  }

  #mayDoubtNow(peer: PeerId): boolean {
    const now = this.#time.now
    const last = this.#doubtedAt.get(peer)
    if (last !== undefined && now - last < looksAgainAfter) return false
    this.#doubtedAt.set(peer, now)
    return true
  }

  #says(): { news: PeerNews[]; revocations: number; time: number } {
    const { news, table, clock, revocations } = this.#parts
    const time = clock.now()
    return { news: news.take(table.members().length), revocations: revocations?.serial ?? 0, time }
  }
}
