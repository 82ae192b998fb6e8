import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import type { Subscription } from './subscription.ts'

export interface HomecomingParts {
  readonly subscriptions: Iterable<Subscription>
  /** Whether the PBX would take this phone's SUBSCRIBE now. */
  isHome(subscription: Subscription): boolean
  /** So many phones a second subscribe anew at a PBX that is back. */
  readonly perSecond: number
  readonly clock: Clock
  readonly log: Log
}

const lookEveryMs = 1_000

/**
 * Gives subscriptions back to a PBX that has forgotten them: the phone is told `deactivated` and subscribes again at once
 * (RFC 6665 §4.1.3). The box cannot do it in its place: the PBX wants the phone's own digest.
 */
export class Homecoming implements Part {
  readonly name = 'subscription-homecoming'
  readonly #parts: HomecomingParts
  #timer: Timer | undefined
  #isUnderWay = false

  constructor(parts: HomecomingParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    this.#lookAgain()
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #lookAgain(): void {
    this.#timer = this.#parts.clock.after(lookEveryMs, () => {
      this.#lookAgain()
      this.#callHome()
    })
  }

  /** Those of the next second, evenly. */
  #callHome(): void {
    const { perSecond, clock, log } = this.#parts
    const turns = this.#nextOnes()
    if (turns.length > 0 !== this.#isUnderWay) {
      this.#isUnderWay = turns.length > 0
      log.info(
        {},
        this.#isUnderWay ? 'subscriptions go back to the PBX' : 'subscriptions are back at the PBX',
      )
    }
    for (const [place, subscription] of turns.entries())
      clock.after((place * lookEveryMs) / perSecond, () => this.#takeTurn(subscription))
  }

  /** A PBX that is gone again meanwhile gets nobody. */
  #takeTurn(subscription: Subscription): void {
    if (this.#timer && this.#parts.isHome(subscription)) subscription.callHome()
  }

  #nextOnes(): Subscription[] {
    const turns: Subscription[] = []
    for (const subscription of this.#parts.subscriptions) {
      if (turns.length >= this.#parts.perSecond) break
      if (subscription.isFed && this.#parts.isHome(subscription)) turns.push(subscription)
    }
    return turns
  }
}
