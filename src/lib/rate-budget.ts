import type { Clock } from './clock.ts'
import { RecentMap } from './recent-map.ts'

export interface Rate {
  readonly perSecond: number
  /** How much may come at once after a pause. */
  readonly burst: number
  /** What comes too fast waits so long, in milliseconds, before it is turned away. */
  readonly longestWait: number
}

const sourcesRemembered = 2_048

/**
 * How much each source may ask for: the virtual scheduling of the generic cell rate algorithm (ITU-T I.371), which keeps
 * one number a source.
 */
export class RateBudget {
  readonly #rate: Rate
  readonly #clock: Clock
  /** When all that the source was allowed would be done at the even rate. */
  readonly #doneAt = new RecentMap<number>(sourcesRemembered)

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate
    this.#clock = clock
  }

  /** Milliseconds to wait with it, mostly 0; undefined when there is no room for it. */
  take(source: string, cost: number): number | undefined {
    const { perSecond, burst, longestWait } = this.#rate
    const now = this.#clock.now()
    const perUnit = 1_000 / perSecond
    const allowance = burst * perUnit
    const ahead = (this.#doneAt.get(source) ?? 0) - now
    // No debt grows longer: then the clock was set back.
    const debt = ahead > allowance + longestWait + 1 ? 0 : Math.max(0, ahead)
    const wait = Math.max(0, debt + cost * perUnit - allowance)
    const isTooMuch = wait > longestWait
    this.#doneAt.set(source, now + debt + (isTooMuch ? 0 : cost * perUnit))
    return isTooMuch ? undefined : wait
  }
}
