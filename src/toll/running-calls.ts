import type { Clock, Timer } from '../lib/clock.ts'
import { TurnoverSet } from '../lib/turnover-map.ts'
import type { OutsideClaim } from './outside-claim.ts'
import { describeStanding, type Standing } from './standing.ts'
import { type Tally, talkedMsOf } from './tally.ts'

export interface RunningCallEvents {
  /** Before the calls are looked at: the day may be a new one. */
  onLook(now: number): void
  /** For each tally whose day is used up by its calls; they have been told to end. */
  onUsedUp(tally: Tally, standing: Standing, claim: OutsideClaim): void
}

const lookEveryMs = 1_000

/** Calls that talk outside: looked at every second, so that none of them, nor all together, outgrow a limit. */
export class RunningCalls {
  readonly #clock: Clock
  readonly #events: RunningCallEvents
  readonly #claims = new TurnoverSet<OutsideClaim>()
  #timer: Timer | undefined

  constructor(clock: Clock, events: RunningCallEvents) {
    this.#clock = clock
    this.#events = events
  }

  get size(): number {
    return this.#claims.size
  }

  add(claim: OutsideClaim): void {
    this.#claims.add(claim)
    this.#timer ??= this.#clock.after(lookEveryMs, () => this.#look())
  }

  delete(claim: OutsideClaim): void {
    this.#claims.delete(claim)
  }

  /** Tells calls to end. */
  end(which: (claim: OutsideClaim) => boolean, why: string): void {
    for (const claim of [...this.#claims]) if (which(claim)) claim.end(why)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #look(): void {
    this.#timer = undefined
    const now = this.#clock.now()
    this.#events.onLook(now)
    const seen = new Set<Tally>()
    for (const claim of [...this.#claims]) {
      for (const tally of claim.tallies) {
        this.#endTooLong(claim, tally, now)
        if (!seen.has(tally)) this.#endUsedUp(claim, tally, now)
        seen.add(tally)
      }
    }
    if (this.#claims.size > 0) this.#timer = this.#clock.after(lookEveryMs, () => this.#look())
  }

  #endTooLong(claim: OutsideClaim, { limit }: Tally, now: number): void {
    const { longestCallSeconds, name } = limit
    if (longestCallSeconds === undefined || talkedMsOf(claim, now) < longestCallSeconds * 1_000) return
    claim.end(`limit ${name}: calls last ${longestCallSeconds} s at most`)
  }

  #endUsedUp(claim: OutsideClaim, tally: Tally, now: number): void {
    const standing = tally.usedUp(now)
    if (!standing) return
    const calls = [...this.#claims].filter((each) => tally.held.has(each) && !each.ends.aborted)
    if (calls.length === 0) return
    for (const each of calls) each.end(`limit ${tally.limit.name}: ${describeStanding(standing)}`)
    this.#events.onUsedUp(tally, standing, claim)
  }
}
