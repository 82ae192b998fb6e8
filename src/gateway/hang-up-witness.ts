import type { CallRecord, TargetAttempt } from '../domain/call-record.ts'
import { nameOfCause } from '../domain/q850.ts'
import type { CallRecords } from '../edge/neighbours.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { TurnoverMap } from '../lib/turnover-map.ts'

export interface HangUpWitnessParts {
  readonly causes: { causeOf(callId: string): number | undefined }
  /** Whether a trunk is an Asterisk that tells now. */
  readonly isWatched: (trunk: string) => boolean
  readonly clock: Clock
  readonly log: Log
}

/** Asterisk says it by SIP and by AMI in the same moment. */
const waitMs = 200
const mostWaiting = 1_000

/**
 * Puts the hang-up causes of Asterisks into the call records: they know better than a SIP status why a call ended. The
 * record of a call that went by one waits a moment for it; no call does.
 */
export class HangUpWitness implements Part {
  readonly name = 'hang-up causes'
  readonly #parts: HangUpWitnessParts
  readonly #waiting = new TurnoverMap<() => void, Timer>()

  constructor(parts: HangUpWitnessParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    // It begins with the first call that ends.
  }

  async stop(): Promise<void> {
    for (const [finish, timer] of this.#waiting) {
      timer.cancel()
      finish()
    }
  }

  over(records: CallRecords): CallRecords {
    return {
      began: (record) => records.began(record),
      changed: (record) => records.changed(record),
      forgotten: (id) => records.forgotten(id),
      ended: (record) => {
        const finish = () => {
          this.#waiting.delete(finish)
          records.ended(this.#refine(record))
        }
        const isEarly = record.attempts.some((attempt) => this.#mayStillBeTold(attempt))
        if (!isEarly || this.#waiting.size >= mostWaiting) finish()
        else {
          // Its end is noted at once: the box may be killed in this moment.
          records.changed(record)
          this.#waiting.set(finish, this.#parts.clock.after(waitMs, finish))
        }
      },
    }
  }

  #mayStillBeTold({ path, target, legId }: TargetAttempt): boolean {
    if (path !== 'trunk' || legId === undefined || !this.#parts.isWatched(target)) return false
    return this.#parts.causes.causeOf(legId) === undefined
  }

  #refine(record: CallRecord): CallRecord {
    const attempts = record.attempts.map((attempt) => this.#refineAttempt(attempt))
    const last = attempts.at(-1)
    const isLastWord =
      record.answeredAt === undefined && record.status >= 300 && record.status === last?.status
    const isHungUp = record.answeredAt !== undefined && record.endedBy === 'callee'
    const told = isHungUp ? this.#causeOf(attempts.find(({ status }) => status < 300)) : undefined
    const q850 = told ?? (isLastWord ? last?.q850 : undefined) ?? record.q850
    return { ...record, attempts, ...(q850 !== undefined && { q850 }) }
  }

  #refineAttempt(attempt: TargetAttempt): TargetAttempt {
    // What we took back, and what was answered, has no cause of its own.
    if (attempt.status < 300 || attempt.status === 487) return attempt
    const q850 = this.#causeOf(attempt)
    if (q850 === undefined || q850 === attempt.q850) return attempt
    const { target, status } = attempt
    this.#parts.log.info(
      { trunk: target, status, q850, cause: nameOfCause(q850) },
      'Asterisk knows better why a call failed',
    )
    return { ...attempt, q850 }
  }

  #causeOf(attempt: TargetAttempt | undefined): number | undefined {
    return attempt?.legId === undefined ? undefined : this.#parts.causes.causeOf(attempt.legId)
  }
}
