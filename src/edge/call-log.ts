import { randomUUID } from 'node:crypto'
import type { CallPath, CallRecord, TargetAttempt } from '../domain/call-record.ts'
import type { DecisionStep } from '../domain/decision-record.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { CallRecords, DecisionRecords } from './neighbours.ts'

export interface CallFacts {
  readonly callId: string
  readonly from: string
  readonly to: string
  readonly source: CallPath
}

export interface CallEnding {
  readonly status: number
  readonly by: CallRecord['endedBy']
  readonly cause: string
}

/** What is written down about one call: its record, and the record of why it went where it went. Each exactly once. */
export class CallLog {
  readonly startedAt: number
  readonly id = randomUUID()
  readonly #facts: CallFacts
  readonly #records: CallRecords
  readonly #decisions: DecisionRecords
  readonly #clock: Clock
  readonly #log: Log
  readonly #steps: DecisionStep[] = []
  #attempts: readonly TargetAttempt[] = []
  #target: { path: CallPath; label: string } | undefined
  #answeredAt: number | undefined
  #isRinging = false
  #isEnded = false
  #isDecided = false

  constructor(facts: CallFacts, records: CallRecords, decisions: DecisionRecords, clock: Clock, log: Log) {
    this.#facts = facts
    this.#records = records
    this.#decisions = decisions
    this.#clock = clock
    this.#log = log
    this.startedAt = clock.now()
    log.info({ ...facts }, 'call began')
  }

  get state(): 'routing' | 'ringing' | 'talking' {
    if (this.#answeredAt !== undefined) return 'talking'
    return this.#isRinging ? 'ringing' : 'routing'
  }

  get answeredAt(): number | undefined {
    return this.#answeredAt
  }

  get path(): CallPath | undefined {
    return this.#target?.path
  }

  /** The Call-ID of an outgoing leg; by its beginning the messages of all legs are found. */
  legId(number: number): string {
    return `${this.id}-${number}`
  }

  addSteps(steps: readonly DecisionStep[]): void {
    this.#steps.push(...steps)
  }

  ringing(path: CallPath, label: string): void {
    if (this.#isRinging) return
    this.#isRinging = true
    this.#target = { path, label }
    this.#records.began(this.#record(180, undefined, 'ringing'))
  }

  /** Resolves when the record is durable. */
  answered(path: CallPath, label: string, attempts: readonly TargetAttempt[]): Promise<void> {
    this.#target = { path, label }
    this.#attempts = attempts
    this.#answeredAt = this.#clock.now()
    this.decided(200)
    return this.#records.answered(this.#record(200, undefined, 'talking'))
  }

  /** Answered, and from now on the engine's: its record is written once, when it ends for us in this same moment. */
  forwarded(path: CallPath, label: string): void {
    this.#target = { path, label }
    this.#answeredAt = this.#clock.now()
  }

  /** The call is over, or never came to be. */
  ended({ status, by, cause }: CallEnding, attempts?: readonly TargetAttempt[]): void {
    if (this.#isEnded) return
    this.#isEnded = true
    if (attempts) this.#attempts = attempts
    this.decided(status)
    const endedAt = this.#clock.now()
    this.#records.ended(this.#record(status, by, cause, endedAt))
    const talkedMs = this.#answeredAt === undefined ? undefined : endedAt - this.#answeredAt
    const { callId } = this.#facts
    this.#log.info({ callId, status, by, cause, ...this.#target, talkedMs }, 'call ended')
  }

  /** A challenge is no call: nothing is written down. */
  forget(): void {
    this.#isEnded = true
    this.#isDecided = true
  }

  decided(status: number): void {
    if (this.#isDecided) return
    this.#isDecided = true
    const { callId, from, to } = this.#facts
    this.#decisions.keep({ callId, startedAt: this.startedAt, from, to, steps: this.#steps, status })
  }

  #record(status: number, endedBy: CallRecord['endedBy'], cause: string, endedAt?: number): CallRecord {
    return {
      ...this.#facts,
      id: this.id,
      path: this.#target?.path,
      target: this.#target?.label,
      startedAt: this.startedAt,
      answeredAt: this.#answeredAt,
      endedAt,
      status,
      endedBy,
      cause,
      attempts: this.#attempts,
    }
  }
}
