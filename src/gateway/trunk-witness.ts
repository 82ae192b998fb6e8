import type { CallRecord } from '../domain/call-record.ts'
import type { CallRecords } from '../edge/neighbours.ts'
import type { Trunks } from '../trunk/trunks.ts'

/** The call records, and each trunk that a call tried is told how it went: a trunk that keeps failing rests. */
export function witnessedByTrunks(records: CallRecords, trunks: Pick<Trunks, 'saw'>): CallRecords {
  const tell = ({ attempts }: CallRecord) => {
    for (const { path, target, status, q850, byBox } of attempts)
      if (path === 'trunk' && !byBox) trunks.saw(target, status, q850)
  }
  return {
    began: (record) => records.began(record),
    changed: (record) => {
      if (record.answeredAt !== undefined && record.endedAt === undefined) tell(record)
      records.changed(record)
    },
    forgotten: (id) => records.forgotten(id),
    ended: (record) => {
      if (record.answeredAt === undefined) tell(record)
      records.ended(record)
    },
  }
}
