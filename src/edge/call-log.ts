import { randomUUID } from 'node:crypto'
import type { CallPath, CallRecord, TargetAttempt } from '../domain/call-record.ts'
import type { DecisionStep } from '../domain/decision-record.ts'
import { causeOfStatus } from '../domain/q850.ts'
import type { RoutePlan } from '../domain/route.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { chargedTogether, type OutsideFacts, type Payer, payerOf } from './call-charge.ts'
import type { CallRecords, DecisionRecords } from './neighbours.ts'

export interface CallFacts extends Pick<CallRecord, 'callId' | 'from' | 'to' | 'source'> {
  /** RFC 7989; the call gets one when the caller has none. */
  readonly sessionId?: string | undefined
  readonly sourceLabel?: string
  readonly payer?: string | undefined
  /** Record of the call that this one comes out of. */
  readonly transferredFrom?: string
  /** Records of the two calls through a dead PBX that this one goes on with. */
  readonly rescuedFrom?: readonly string[]
  /** What a leg costs that this call has taken over from that one. */
  readonly outside?: OutsideFacts | undefined
}

export interface CallEnding {
  readonly status: number
  readonly by: CallRecord['endedBy']
  readonly cause: string
  /** Q.850, when more is known than the status says. */
  readonly q850?: number | undefined
}

/** Steps of the decision record whose reasons are the rules' word on the call. */
const rules: ReadonlySet<string> = new Set(['rights', 'toll', 'emergency', 'rescue'])
const normalClearing = 16

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
  #emergency: CallRecord['emergency']
  #payer: string | undefined
  #answeredAt: number | undefined
  #isRinging = false
  #isEnded = false
  #isDecided = false

  constructor(facts: CallFacts, records: CallRecords, decisions: DecisionRecords, clock: Clock, log: Log) {
    this.#facts = facts
    this.#payer = facts.payer
    this.#records = records
    this.#decisions = decisions
    this.#clock = clock
    this.#log = log
    this.startedAt = clock.now()
    records.began(this.#record({ status: 0, by: undefined, cause: 'being set up' }))
    const { callId, from, to, source } = facts
    log.info({ callId, from, to, source }, 'call began')
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

  get payer(): string | undefined {
    return this.#payer
  }

  get sessionId(): string {
    return this.#facts.sessionId ?? this.id.replaceAll('-', '')
  }

  /** The Call-ID of an outgoing leg; by its beginning the messages of all legs are found. */
  legId(number: number): string {
    return `${this.id}-${number}`
  }

  addSteps(steps: readonly DecisionStep[]): void {
    this.#steps.push(...steps)
  }

  planned(plan: RoutePlan): void {
    if (plan.kind === 'targets' && plan.emergency) this.#emergency = plan.emergency.isTest ? 'test' : 'call'
  }

  ringing(path: CallPath, label: string, leg: string): void {
    if (path === 'phone') this.#records.rings?.(this.id, leg, label)
    if (this.#isRinging) return
    this.#isRinging = true
    this.#target = { path, label }
    this.#records.changed(this.#record({ status: 180, by: undefined, cause: 'ringing' }))
  }

  /** Nothing rings there any more. */
  ceased(leg: string): void {
    this.#records.ceased?.(this.id, leg)
  }

  answered(path: CallPath, label: string, attempts: readonly TargetAttempt[]): void {
    this.#target = { path, label }
    this.#attempts = attempts
    this.#answeredAt = this.#clock.now()
    this.decided(200)
    this.#records.changed(this.#record({ status: 200, by: undefined, cause: 'talking' }))
  }

  /** Answered, and from now on the engine's: its record is written once, when it ends for us in this same moment. */
  forwarded(path: CallPath, label: string): void {
    this.#target = { path, label }
    this.#answeredAt = this.#clock.now()
  }

  /** The call is over, or never came to be. */
  ended(ending: CallEnding, attempts?: readonly TargetAttempt[]): void {
    if (this.#isEnded) return
    this.#isEnded = true
    if (attempts) this.#attempts = attempts
    const { status, by, cause } = ending
    this.decided(status)
    const endedAt = this.#clock.now()
    this.#records.ended(this.#record(ending, endedAt))
    const talkedMs = this.#answeredAt === undefined ? undefined : endedAt - this.#answeredAt
    const { callId } = this.#facts
    this.#log.info({ callId, status, by, cause, ...this.#target, talkedMs }, 'call ended')
  }

  /** A challenge is no call: nothing is written down. */
  forget(): void {
    if (!this.#isEnded) this.#records.forgotten(this.id)
    this.#isEnded = true
    this.#isDecided = true
  }

  decided(status: number): void {
    if (this.#isDecided) return
    this.#isDecided = true
    const { callId, from, to } = this.#facts
    this.#decisions.keep({ callId, startedAt: this.startedAt, from, to, steps: this.#steps, status })
  }

  /** Who is called outside and what it costs: by the target that answered, else the last one tried. */
  get outside(): OutsideFacts {
    const tried = this.#attempts.findLast(({ status }) => status < 300) ?? this.#attempts.at(-1)
    return chargedTogether(tried, this.#facts.outside)
  }

  /** Somebody else than the caller pays for the target that was reached: he has sent the call there. */
  paidBy(question: Payer): void {
    this.#payer = payerOf(question)
  }

  #record({ status, by, cause, q850 }: CallEnding, endedAt?: number): CallRecord {
    const { outside: _, payer: __, ...facts } = this.#facts
    const verdicts = this.#steps.filter(({ step }) => rules.has(step)).map(({ why }) => why)
    return {
      ...facts,
      id: this.id,
      sessionId: this.sessionId,
      ...(this.#payer !== undefined && { payer: this.#payer }),
      path: this.#target?.path,
      target: this.#target?.label,
      ...this.outside,
      startedAt: this.startedAt,
      answeredAt: this.#answeredAt,
      endedAt,
      status,
      ...(endedAt !== undefined && { q850: q850 ?? this.#causeOf(status) }),
      endedBy: by,
      cause,
      ...(this.#emergency && { emergency: this.#emergency }),
      attempts: this.#attempts,
      ...(verdicts.length > 0 && { verdicts }),
    }
  }

  /** The far end's own word, when the caller got its status. */
  #causeOf(status: number): number {
    if (this.#answeredAt !== undefined) return normalClearing
    return this.#attempts.findLast((tried) => tried.status === status)?.q850 ?? causeOfStatus(status)
  }
}
