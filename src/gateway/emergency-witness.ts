import type { CallRecord } from '../domain/call-record.ts'
import type { CallRecords } from '../edge/neighbours.ts'
import type { EmergencyCalls } from '../emergency/emergency-calls.ts'

/** The call records, and whoever looks after calls for help hears how they go. */
export function witnessedByEmergencies(
  records: CallRecords,
  calls: Pick<EmergencyCalls, 'answered' | 'ended'>,
): CallRecords {
  const isForHelp = ({ emergency }: CallRecord) => emergency !== undefined
  return {
    began: (record) => records.began(record),
    changed: (record) => {
      if (isForHelp(record)) calls.answered(record)
      records.changed(record)
    },
    forgotten: (id) => records.forgotten(id),
    ended: (record) => {
      if (isForHelp(record)) calls.ended(record)
      records.ended(record)
    },
  }
}
