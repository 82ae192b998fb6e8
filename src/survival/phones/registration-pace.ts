import type { Clock, Timer } from '../../lib/clock.ts'

/**
 * Why a REGISTER goes to the PBX: a phone answers the challenge that it was just sent, and would have to begin again if
 * it waited for long; the box leads a phone home; or a phone speaks for itself.
 */
export type PaceRank = 'answer' | 'led' | 'phone'

export interface RegistrationPaceSettings {
  /** REGISTERs a second that the PBX gets just now; undefined when there is no limit. */
  readonly perSecond: () => number | undefined
  readonly clock: Clock
}

/** A little slower than they may: the network does not keep them as evenly spread as they are sent. */
const slack = 1.05
/** How long a phone's REGISTER may wait for its turn: it is repeated, but not yet given up. */
const longestWaitSeconds = 3

/** REGISTERs towards one PBX go out one by one, evenly spread: answers first, then box and phones by turns. */
export class RegistrationPace {
  readonly #settings: RegistrationPaceSettings
  readonly #waiting: Record<PaceRank, (() => void)[]> = { answer: [], led: [], phone: [] }
  #nextAt = 0
  #timer: Timer | undefined
  #last: PaceRank = 'phone'

  constructor(settings: RegistrationPaceSettings) {
    this.#settings = settings
  }

  get isLimited(): boolean {
    return this.#settings.perSecond() !== undefined
  }

  /** Resolves when it may go; undefined when too many wait already. */
  turn(rank: PaceRank): Promise<void> | undefined {
    const perSecond = this.#settings.perSecond()
    if (perSecond === undefined) return Promise.resolve()
    const line = this.#waiting[rank]
    if (line.length >= perSecond * longestWaitSeconds) return undefined
    const { promise, resolve } = Promise.withResolvers<void>()
    line.push(resolve)
    this.#releaseLater()
    return promise
  }

  /** All that wait go at once, and find out for themselves that the PBX is gone. */
  letGo(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    for (const line of Object.values(this.#waiting)) for (const resolve of line.splice(0)) resolve()
  }

  #releaseLater(): void {
    if (this.#timer) return
    const { clock } = this.#settings
    // The clock may have been set back.
    const waitMs = Math.min(Math.max(0, this.#nextAt - clock.now()), 1_000)
    const release = () => {
      this.#timer = undefined
      this.#release()
    }
    if (waitMs > 0) this.#timer = clock.after(waitMs, release)
    else release()
  }

  #release(): void {
    const rank = this.#nextRank()
    const perSecond = this.#settings.perSecond()
    if (perSecond === undefined) this.letGo()
    if (!rank || perSecond === undefined) return
    this.#last = rank
    this.#nextAt = this.#settings.clock.now() + (1_000 / perSecond) * slack
    this.#waiting[rank].shift()?.()
    if (this.#nextRank()) this.#releaseLater()
  }

  #nextRank(): PaceRank | undefined {
    const byTurns: readonly PaceRank[] = this.#last === 'led' ? ['phone', 'led'] : ['led', 'phone']
    return (['answer', ...byTurns] as const).find((rank) => this.#waiting[rank].length > 0)
  }
}
