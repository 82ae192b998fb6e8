import type { CallClass } from '../domain/call-class.ts'
import { priceOf } from '../domain/call-rate.ts'
import type { CallRecord } from '../domain/call-record.ts'
import { type E164, isE164 } from '../domain/phone-number.ts'

/** What kind of number it is. */
export type ClassOf = (number: E164) => CallClass

/** The record of a call that is over, with what it cost. */
export function finishedCall(record: CallRecord, classOf: ClassOf): CallRecord {
  const { outsideNumber, rate, answeredAt, endedAt } = record
  if (outsideNumber === undefined) return record
  const callClass = isE164(outsideNumber) ? classOf(outsideNumber) : undefined
  const isCharged = rate !== undefined && answeredAt !== undefined && endedAt !== undefined
  return {
    ...record,
    ...(callClass && { callClass }),
    ...(isCharged && { cost: priceOf(rate, Math.max(0, endedAt - answeredAt)) }),
  }
}

/** The record of a call that the end of the box has cut; `lastSignOfLife` is when the box was last known to be alive. */
export function cutCall(record: CallRecord, lastSignOfLife: number | undefined, now: number): CallRecord {
  const { startedAt, answeredAt = startedAt, status } = record
  const endedAt = Math.max(answeredAt, Math.min(lastSignOfLife ?? answeredAt, now))
  return {
    ...record,
    endedAt,
    endedBy: 'box',
    cause: 'box restarted',
    q850: 41,
    status: record.answeredAt === undefined ? 503 : status,
  }
}
