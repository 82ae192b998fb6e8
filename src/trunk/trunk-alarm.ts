import type { NoticeSink } from '../domain/notice.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { TrunkStanding } from './trunk-standing.ts'

export interface TrunkAlarmParts {
  readonly notices: NoticeSink
  readonly clock: Clock
  readonly log: Log
}

/** Tells when a trunk goes and when it is surely back: not at each try in between, and not that it has begun well. */
export class TrunkAlarm {
  readonly #trunk: string
  readonly #parts: TrunkAlarmParts
  #isGone = false

  constructor(trunk: string, parts: TrunkAlarmParts) {
    this.#trunk = trunk
    this.#parts = parts
  }

  note({ state, text }: TrunkStanding): void {
    if (state === 'degraded' || (state === 'failed') === this.#isGone) return
    this.#isGone = state === 'failed'
    const { notices, clock, log } = this.#parts
    const trunk = this.#trunk
    if (this.#isGone) log.warn({ trunk, why: text }, 'trunk is gone')
    else log.info({ trunk, why: text }, 'trunk is back')
    notices.send({
      event: 'trunk',
      at: clock.now(),
      summary: this.#isGone ? `Trunk ${trunk} is gone: ${text}` : `Trunk ${trunk} is back: ${text}`,
      facts: { trunk, state: this.#isGone ? 'gone' : 'back', why: text },
    })
  }
}
