import type { NoticeSink } from '../../domain/notice.ts'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import type { RehearsalAnswer, RehearsalOrder } from './rehearsal-order.ts'
import { dueTimes, type ScheduledTime, type ScheduleState } from './rehearsal-schedule.ts'

export interface ScheduledRehearsal {
  readonly time: ScheduledTime
  readonly order: RehearsalOrder
  /** It is left out when more calls than that are under way. */
  readonly mostCalls: number
}

export interface ScheduledRehearsalsParts {
  readonly entries: readonly ScheduledRehearsal[]
  readonly rehearsals: { begin(order: RehearsalOrder): Promise<RehearsalAnswer> }
  callsNow(): number
  /** IANA name; undefined: the machine's. */
  readonly timeZone: string | undefined
  readonly notices: NoticeSink
  readonly clock: Clock
  readonly log: Log
}

const lookEveryMs = 20_000

/** Orders rehearsals at the times that the config names. */
export class ScheduledRehearsals implements Part {
  readonly name = 'scheduled rehearsals'
  readonly #parts: ScheduledRehearsalsParts
  #state: ScheduleState
  #timer: Timer | undefined

  constructor(parts: ScheduledRehearsalsParts) {
    this.#parts = parts
    this.#state = { at: parts.clock.now(), dueOn: new Map() }
  }

  async start(): Promise<void> {
    if (this.#parts.entries.length === 0) return
    this.#state = { at: this.#parts.clock.now(), dueOn: new Map() }
    this.#lookLater()
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #lookLater(): void {
    this.#timer = this.#parts.clock.after(lookEveryMs, () => {
      this.#look()
      this.#lookLater()
    })
  }

  #look(): void {
    const { entries, timeZone, clock, log } = this.#parts
    const times = entries.map(({ time }) => time)
    const { due, state } = dueTimes(times, this.#state, clock.now(), timeZone)
    this.#state = state
    for (const place of due) {
      const entry = entries[place]
      if (entry)
        this.#begin(entry).catch((error: unknown) => log.error({ error }, 'scheduled rehearsal failed'))
    }
  }

  async #begin({ order, mostCalls }: ScheduledRehearsal): Promise<void> {
    const calls = this.#parts.callsNow()
    if (calls > mostCalls) return this.#leftOut(order, `${calls} calls are under way`)
    const answer = await this.#parts.rehearsals.begin(order)
    if (answer.kind === 'refused') this.#leftOut(order, answer.why)
  }

  #leftOut({ pbx, group }: RehearsalOrder, why: string): void {
    const { notices, clock, log } = this.#parts
    log.warn({ pbx, group, why }, 'scheduled rehearsal left out')
    const summary = `The rehearsal without the PBX ${pbx ?? ''} that was due now was left out: ${why}`
    notices.send({
      event: 'rehearsal',
      at: clock.now(),
      summary,
      facts: { pbx, group, why, isLeftOut: true },
    })
  }
}
