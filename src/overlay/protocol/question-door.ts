import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { RareLine } from '../../lib/rare-line.ts'
import { type Rate, RateBudget } from '../../lib/rate-budget.ts'
import type { PeerId } from './peer-id.ts'
import { encodeMessage } from './peer-message.ts'

/** Room for an honest box's hardest moment: all that it holds is handed over to one that came back. */
const memberRate: Rate = { perSecond: 2_000, burst: 20_000, longestWait: 1_000 }
/** A stranger says hello, and perhaps hands in a form. */
const strangerRate: Rate = { perSecond: 2, burst: 32, longestWait: 0 }
/** A question of n bytes counts 1 + n / this: work grows with its size, a record's signature most of all. */
const bytesPerUnit = 512

interface Guests {
  /** Waits for a greeting that is under way. */
  isMember(peer: PeerId): Promise<boolean>
}

interface Room {
  answer(peer: PeerId, message: Uint8Array): Promise<Uint8Array>
}

const tooMany = encodeMessage({
  type: 'refused',
  code: 'too-many',
  reason: 'too many questions, or too long ones',
})

/** Stands before the answers: a member that asks too much waits, and a stranger that does is shown out, unread. */
export class QuestionDoor {
  readonly #members: RateBudget
  readonly #strangers: RateBudget
  readonly #table: { isMember(peer: PeerId): boolean }
  readonly #guests: Guests
  readonly #room: Room
  readonly #drop: (peer: PeerId) => void
  readonly #clock: Clock
  readonly #log: Log
  readonly #rarely: RareLine

  constructor(parts: {
    table: { isMember(peer: PeerId): boolean }
    guests: Guests
    room: Room
    drop: (peer: PeerId) => void
    clock: Clock
    log: Log
  }) {
    this.#members = new RateBudget(memberRate, parts.clock)
    this.#strangers = new RateBudget(strangerRate, parts.clock)
    this.#table = parts.table
    this.#guests = parts.guests
    this.#room = parts.room
    this.#drop = parts.drop
    this.#clock = parts.clock
    this.#log = parts.log
    this.#rarely = new RareLine(parts.clock)
  }

  /** Never rejects. */
  async answer(peer: PeerId, message: Uint8Array): Promise<Uint8Array> {
    const wait = await this.#waitOf(peer, 1 + Math.floor(message.length / bytesPerUnit))
    if (wait === 0) return this.#room.answer(peer, message)
    const isMember = this.#table.isMember(peer)
    this.#rarely.say(isMember ? peer : 'strangers', (unsaid) =>
      this.#log.warn({ peer, isMember, unsaid }, 'a box asks too much'),
    )
    if (wait === undefined) {
      if (!isMember) this.#drop(peer)
      return tooMany
    }
    await new Promise<void>((resolve) => this.#clock.after(wait, resolve))
    return this.#room.answer(peer, message)
  }

  async #waitOf(peer: PeerId, cost: number): Promise<number | undefined> {
    if (this.#table.isMember(peer)) return this.#members.take(peer, cost)
    const wait = this.#strangers.take(peer, cost)
    if (wait !== undefined) return wait
    // The questions of a member may overtake its hello.
    return (await this.#guests.isMember(peer)) ? this.#members.take(peer, cost) : undefined
  }
}
