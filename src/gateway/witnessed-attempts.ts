import type { CallRecord, TargetAttempt } from '../domain/call-record.ts'
import type { CallRecords } from '../edge/neighbours.ts'

/**
 * The call records, and somebody is told how each target that was tried took it: once a call, when it is answered or has
 * failed. What the box refused itself says nothing about a target.
 */
export function witnessedAttempts(records: CallRecords, tell: (attempt: TargetAttempt) => void): CallRecords {
  const tellAll = ({ attempts }: CallRecord) => {
    for (const attempt of attempts) if (!attempt.byBox) tell(attempt)
  }
  return {
    began: (record) => records.began(record),
    changed: (record) => {
      if (record.answeredAt !== undefined && record.endedAt === undefined) tellAll(record)
      records.changed(record)
    },
    forgotten: (id) => records.forgotten(id),
    ended: (record) => {
      if (record.answeredAt === undefined) tellAll(record)
      records.ended(record)
    },
  }
}
