import type { Clock, Timer } from '../../lib/clock.ts'
import type { SipResponse } from '../message/message.ts'
import type { ClientTransaction } from '../transaction/transaction-user.ts'

export interface BranchTimes {
  readonly provisionalTimeoutMs: number | undefined
  readonly finalTimeoutMs: number | undefined
  /** RFC 3261 §16.6 step 11; undefined for other requests than INVITE. */
  readonly timerCMs: number | undefined
}

/** One target of a response context, and the clocks that run on it. */
export class ProxyBranch {
  readonly target: string
  client: ClientTransaction | undefined
  /** Final response, forwarded or kept; 2xx may still follow one that was made up here. */
  final: SipResponse | undefined
  /** Its 3xx is being followed and says nothing to the caller any more. */
  isFollowed = false
  /** Its part of Max-Breadth (RFC 5393 §5.3.3). */
  breadth = 0
  readonly #clock: Clock
  readonly #times: BranchTimes
  readonly #giveUp: () => void
  #provisional: Timer | undefined
  #finalTimer: Timer | undefined
  #timerC: Timer | undefined

  /** `giveUp` runs once when one of the times has passed. */
  constructor(target: string, clock: Clock, times: BranchTimes, giveUp: () => void) {
    this.target = target
    this.#clock = clock
    this.#times = times
    this.#giveUp = giveUp
  }

  get isPending(): boolean {
    return this.final === undefined
  }

  start(): void {
    const { provisionalTimeoutMs, finalTimeoutMs } = this.#times
    if (provisionalTimeoutMs !== undefined) this.#provisional = this.#after(provisionalTimeoutMs)
    if (finalTimeoutMs !== undefined) this.#finalTimer = this.#after(finalTimeoutMs)
    this.#restartTimerC()
  }

  /** Any provisional response, 100 too. */
  onProvisional(status: number): void {
    this.#provisional?.cancel()
    // RFC 3261 §16.7 step 2.
    if (status > 100) this.#restartTimerC()
  }

  settle(response: SipResponse): void {
    this.final = response
    this.#stopTimers()
  }

  #restartTimerC(): void {
    if (this.#times.timerCMs === undefined) return
    this.#timerC?.cancel()
    this.#timerC = this.#after(this.#times.timerCMs)
  }

  #after(milliseconds: number): Timer {
    return this.#clock.after(milliseconds, () => {
      this.#stopTimers()
      this.#giveUp()
    })
  }

  #stopTimers(): void {
    this.#provisional?.cancel()
    this.#finalTimer?.cancel()
    this.#timerC?.cancel()
  }
}
