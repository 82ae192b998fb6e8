import type { Clock } from '../lib/clock.ts'
import { RecentMap } from '../lib/recent-map.ts'
import type { PeerId } from './peer-id.ts'

export interface QuestionRate {
  readonly perSecond: number
  /** How much may come at once after a pause. */
  readonly burst: number
  /** What comes too fast waits so long, in milliseconds, before it is turned away. */
  readonly longestWait: number
}

/** Room for an honest box's hardest moment: all that it holds is handed over to one that came back. */
export const memberRate: QuestionRate = { perSecond: 2_000, burst: 20_000, longestWait: 1_000 }
/** A stranger says hello, and perhaps hands in a form. */
export const strangerRate: QuestionRate = { perSecond: 2, burst: 32, longestWait: 0 }

const peersRemembered = 2_048

/** What a question is worth, known before it is read: work grows with its size, a record's signature most of all. */
export function costOf(question: Uint8Array): number {
  return 1 + Math.floor(question.length / 512)
}

/**
 * How much each peer may ask: the virtual scheduling of the generic cell rate algorithm (ITU-T I.371), which keeps one
 * number a peer.
 */
export class QuestionBudget {
  readonly #rate: QuestionRate
  readonly #clock: Clock
  /** When all that the peer was allowed would be done at the even rate. */
  readonly #doneAt = new RecentMap<number>(peersRemembered)

  constructor(rate: QuestionRate, clock: Clock) {
    this.#rate = rate
    this.#clock = clock
  }

  /** Milliseconds to wait with the answer, mostly 0; undefined when there is no room for the question. */
  take(peer: PeerId, cost: number): number | undefined {
    const { perSecond, burst, longestWait } = this.#rate
    const now = this.#clock.now()
    const perUnit = 1_000 / perSecond
    const allowance = burst * perUnit
    // No honest debt is longer: then the clock was set back.
    const debt = Math.min(allowance + longestWait, Math.max(0, (this.#doneAt.get(peer) ?? 0) - now))
    const wait = Math.max(0, debt + cost * perUnit - allowance)
    const isTooMuch = wait > longestWait
    this.#doneAt.set(peer, now + debt + (isTooMuch ? 0 : cost * perUnit))
    return isTooMuch ? undefined : wait
  }
}
