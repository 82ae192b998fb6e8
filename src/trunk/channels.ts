import type { Clock } from '../lib/clock.ts'
import { RateBudget } from '../lib/rate-budget.ts'
import { TrunkFull, TrunkTooFast } from './trunk-errors.ts'

export interface ChannelLimits {
  readonly name: string
  readonly maxCalls: number
  readonly maxCallsPerSecond?: number | undefined
}

/** The channels of one trunk, which calls out and calls in share. */
export class Channels {
  readonly #limits: ChannelLimits
  readonly #budget: RateBudget | undefined
  #used = 0
  #onChange: () => void = () => undefined

  constructor(limits: ChannelLimits, clock: Clock) {
    this.#limits = limits
    const { maxCallsPerSecond: perSecond } = limits
    if (perSecond !== undefined) {
      this.#budget = new RateBudget({ perSecond, burst: Math.max(1, perSecond), longestWait: 0 }, clock)
    }
  }

  get used(): number {
    return this.#used
  }

  get free(): number {
    return Math.max(0, this.#limits.maxCalls - this.#used)
  }

  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  /** Claims one for a call out; an emergency call gets one in any case. Throws `TrunkFull` or `TrunkTooFast`. */
  claimOut(isEmergency: boolean): () => void {
    const { name, maxCalls, maxCallsPerSecond = 0 } = this.#limits
    if (!isEmergency) {
      if (this.free === 0) throw new TrunkFull(name, maxCalls)
      if (this.#budget?.take(name, 1) === undefined && this.#budget) {
        throw new TrunkTooFast(name, maxCallsPerSecond)
      }
    }
    return this.#claim()
  }

  /** Claims one for a call that came in; undefined when all are taken, unless it is urgent. */
  claimIn(isUrgent = false): (() => void) | undefined {
    return this.free === 0 && !isUrgent ? undefined : this.#claim()
  }

  /** What it returns gives the channel back, and is safe to call twice. */
  #claim(): () => void {
    this.#used += 1
    this.#onChange()
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      this.#used -= 1
      this.#onChange()
    }
  }
}
