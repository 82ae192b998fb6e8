import type { CallRecords } from '../edge/neighbours.ts'
import type { Log } from '../lib/log.ts'
import type { OutageLedger } from '../survival/outages/outage-ledger.ts'

/** The call records, and the ledger of outages hears how calls go while a PBX is gone. A report's bug costs no record. */
export function witnessedByOutages(
  records: CallRecords,
  ledger: Pick<OutageLedger, 'callChanged' | 'callEnded' | 'callForgotten'>,
  log: Log,
): CallRecords {
  const tell = (action: () => void) => {
    try {
      action()
    } catch (error) {
      log.error({ error }, 'call not noted in the outage report')
    }
  }
  return {
    began: (record) => records.began(record),
    changed: (record) => {
      records.changed(record)
      tell(() => ledger.callChanged(record))
    },
    forgotten: (id) => {
      records.forgotten(id)
      tell(() => ledger.callForgotten(id))
    },
    ended: (record) => {
      records.ended(record)
      tell(() => ledger.callEnded(record))
    },
  }
}
