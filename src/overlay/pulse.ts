import type { Clock, Timer } from '../lib/clock.ts'
import type { PeerCalls } from './peer-calls.ts'
import type { PeerId } from './peer-id.ts'
import type { PeerTable } from './peer-table.ts'

const everyMilliseconds = 5_000
const answerWithin = 2_000
const missesAllowed = 2

/** Pings every member: measures the round trip, drops who is silent twice, and exchanges news of peers. */
export class Pulse {
  readonly #table: PeerTable
  readonly #calls: PeerCalls
  readonly #clock: Clock
  readonly #drop: (peer: PeerId) => void
  readonly #misses = new Map<PeerId, number>()
  #timer: Timer | undefined
  #beats = 0

  constructor(table: PeerTable, calls: PeerCalls, clock: Clock, drop: (peer: PeerId) => void) {
    this.#table = table
    this.#calls = calls
    this.#clock = clock
    this.#drop = drop
  }

  start(): void {
    this.#timer = this.#clock.after(everyMilliseconds, () => this.#beat())
  }

  stop(): void {
    this.#timer?.cancel()
    this.#misses.clear()
  }

  #beat(): void {
    this.start()
    this.#beats++
    const now = this.#clock.now()
    const members = this.#table.members()
    for (const { peer, notAfter } of members)
      if (notAfter < now) this.#drop(peer)
      else void this.#ping(peer)
    const asked = members[this.#beats % Math.max(1, members.length)]
    if (asked) void this.#askForPeers(asked.peer)
  }

  async #ping(peer: PeerId): Promise<void> {
    const sentAt = this.#clock.now()
    try {
      await this.#calls.ask(peer, { type: 'ping' }, 'pong', answerWithin)
      this.#misses.delete(peer)
      this.#table.measured(peer, this.#clock.now() - sentAt)
    } catch {
      const misses = (this.#misses.get(peer) ?? 0) + 1
      if (misses < missesAllowed) this.#misses.set(peer, misses)
      else {
        this.#misses.delete(peer)
        this.#drop(peer)
      }
    }
  }

  async #askForPeers(peer: PeerId): Promise<void> {
    try {
      const { peers } = await this.#calls.ask(peer, { type: 'peers' }, 'peers', answerWithin)
      const now = this.#clock.now()
      for (const other of peers) this.#table.learn(other.peer, other.addresses, 'peer', now)
    } catch {
      // The ping of the same beat notices who is silent.
      return
    }
  }
}
