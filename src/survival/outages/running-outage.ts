import type { CallRecord } from '../../domain/call-record.ts'
import type { Clock } from '../../lib/clock.ts'
import { type OutcomeFacts, outcomeOf } from './call-outcome.ts'
import { type Concerned, concerns, type NumberOwners } from './concerned-calls.ts'
import { nextReport, type OutageEvent } from './next-report.ts'
import type { OutageReport } from './outage-report.ts'
import type { PhoneRoll, RollMoment, SitePhone } from './phone-roll.ts'

export interface CallFacts extends OutcomeFacts, NumberOwners {}

/** An outage whose report is not closed: what happens to the calls and phones that it concerns is noted. */
export class RunningOutage {
  readonly concerned: Concerned
  readonly roll: PhoneRoll
  /** What has changed since it was last stored. */
  readonly unsaved = { report: true, roll: true }
  readonly #facts: CallFacts
  readonly #clock: Clock
  /** Ids of calls that have rung or talk. */
  readonly #setUp = new Set<string>()
  readonly #talking = new Set<string>()
  /** Of those up at the verdict: all that are up still, and those that were hung up since. */
  readonly #upBefore = new Set<string>()
  readonly #cut = new Set<string>()
  #report: OutageReport

  constructor(report: OutageReport, roll: PhoneRoll, concerned: Concerned, facts: CallFacts, clock: Clock) {
    this.#report = report
    this.roll = roll
    this.concerned = concerned
    this.#facts = facts
    this.#clock = clock
  }

  get report(): OutageReport {
    return this.#report
  }

  note(event: OutageEvent): void {
    const next = nextReport(this.#report, event)
    if (next === this.#report) return
    this.#report = next
    this.unsaved.report = true
  }

  /** Calls that are up already, and are no calls of the outage. */
  areUp(calls: readonly CallRecord[]): void {
    for (const { id } of calls) {
      this.#setUp.add(id)
      this.#talking.add(id)
      this.#upBefore.add(id)
    }
  }

  /** It rings, or was answered. */
  callChanged(record: CallRecord): void {
    if (record.endedAt !== undefined || !concerns(record, this.concerned, this.#facts)) return
    const { id, startedAt, answeredAt, rescuedFrom = [] } = record
    for (const other of rescuedFrom) this.#goesOn(other)
    if (!this.#setUp.has(id)) {
      this.#setUp.add(id)
      this.note({ type: 'set-up', afterMs: this.#clock.now() - startedAt })
    }
    if (answeredAt === undefined || this.#talking.has(id)) return
    this.#talking.add(id)
    this.note({ type: 'talking', calls: this.#talking.size })
    this.count(record)
  }

  /** It is over. */
  callEnded(record: CallRecord): void {
    const { id, endedBy } = record
    const isCounted = this.#talking.has(id)
    this.callForgotten(id)
    if (this.#upBefore.delete(id) && endedBy === 'box') {
      this.#cut.add(id)
      this.note({ type: 'cut', change: 1 })
    }
    if (!isCounted && concerns(record, this.concerned, this.#facts)) this.count(record)
  }

  callForgotten(id: string): void {
    this.#setUp.delete(id)
    this.#talking.delete(id)
  }

  /** The box has joined its two ends without the PBX. */
  #goesOn(id: string): void {
    this.#upBefore.delete(id)
    if (this.#cut.delete(id)) this.note({ type: 'cut', change: -1 })
  }

  /** A call that was answered, or is over without. */
  count(record: CallRecord): void {
    const { id, callId, from, to, status, cause, startedAt } = record
    const at = decidedAt(record) ?? this.#clock.now()
    const call = { id, callId, at: startedAt, from, to, status, cause }
    this.note({ type: 'call', at, outcome: outcomeOf(record, this.#facts), call })
  }

  lookAt(phones: Iterable<SitePhone>, moment: RollMoment): void {
    const { roll } = this
    const before = { size: roll.size, ...this.#report.phones }
    roll.lookAt(phones, moment)
    const now = roll.phones(moment === 'returned')
    if (roll.size !== before.size || now.moved !== before.moved) this.unsaved.roll = true
    const isNews = moment === 'returned' || now.known !== before.known || now.moved !== before.moved
    if (isNews || now.away !== before.away || now.home !== before.home)
      this.note({ type: 'phones', at: this.#clock.now(), phones: now })
  }
}

/** When it was clear what became of a call. */
export function decidedAt({ answeredAt, endedAt }: CallRecord): number | undefined {
  return answeredAt ?? endedAt
}
