import type { CallRecord } from '../domain/call-record.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { RareLine } from '../lib/rare-line.ts'
import { within } from '../lib/time-box.ts'
import { TurnoverSet } from '../lib/turnover-map.ts'
import type { CallJournal } from './call-journal.ts'
import type { CallStore } from './call-store.ts'

export interface FinishedCallsParts {
  readonly store: Pick<CallStore, 'save'>
  readonly journal: Pick<CallJournal, 'settle'>
  readonly clock: Clock
  readonly log: Log
}

const againAfterMs = 5_000
const mostUnsaved = 20_000
const lastWaitMs = 2_000

/** Calls that are over, on their way from the journal into the store. What the store refuses is offered again. */
export class FinishedCalls {
  readonly #parts: FinishedCallsParts
  readonly #line: RareLine
  /** Refused by the store; oldest first. */
  readonly #refused = new Map<string, CallRecord>()
  readonly #underWay = new TurnoverSet<Promise<void>>()
  #again: Timer | undefined
  #lost = 0

  constructor(parts: FinishedCallsParts) {
    this.#parts = parts
    this.#line = new RareLine(parts.clock)
  }

  get unsaved(): number {
    return this.#refused.size + this.#underWay.size
  }

  get lost(): number {
    return this.#lost
  }

  store(record: CallRecord): void {
    const saving = this.#save(record).finally(() => this.#underWay.delete(saving))
    this.#underWay.add(saving)
  }

  async stop(): Promise<void> {
    this.#again?.cancel()
    this.#again = undefined
    await within(lastWaitMs, this.#parts.clock, () => Promise.all(this.#underWay))
  }

  async #save(record: CallRecord): Promise<void> {
    try {
      await this.#parts.store.save(record)
      this.#refused.delete(record.id)
      this.#parts.journal.settle(record.id)
    } catch (error) {
      this.#line.say('refused', (unsaid) =>
        this.#parts.log.error(
          { callId: record.callId, error: String(error), unsaid },
          'end of call not stored yet',
        ),
      )
      this.#keep(record)
    }
  }

  #keep(record: CallRecord): void {
    this.#refused.set(record.id, record)
    if (this.#refused.size > mostUnsaved) this.#giveUpOldest()
    this.#again ??= this.#parts.clock.after(againAfterMs, () => {
      this.#again = undefined
      for (const refused of [...this.#refused.values()]) this.store(refused)
    })
  }

  #giveUpOldest(): void {
    const [oldest] = this.#refused.keys()
    if (oldest === undefined) return
    this.#refused.delete(oldest)
    this.#parts.journal.settle(oldest)
    this.#lost++
    this.#line.say('lost', (unsaid) =>
      this.#parts.log.error(
        { lost: this.#lost, unsaid },
        'call records given up: the database does not take them',
      ),
    )
  }
}
