import type { CallRecord } from '../domain/call-record.ts'
import type { CallRecords } from '../edge/neighbours.ts'
import type { UserCalls } from '../subscription/user-calls.ts'

/** The call records, and whoever shows who is in a call hears of it. */
export function watchedCalls(records: CallRecords, calls: UserCalls): CallRecords {
  const saw = (record: CallRecord) => {
    if (record.endedAt === undefined) calls.saw(record)
    else calls.over(record.id)
  }
  return {
    began: (record) => {
      records.began(record)
      saw(record)
    },
    changed: (record) => {
      records.changed(record)
      saw(record)
    },
    rings: (id, leg, user) => {
      records.rings?.(id, leg, user)
      calls.rings(id, leg, user)
    },
    ceased: (id, leg) => {
      records.ceased?.(id, leg)
      calls.ceased(id, leg)
    },
    forgotten: (id) => {
      records.forgotten(id)
      calls.over(id)
    },
    ended: (record) => {
      records.ended(record)
      calls.over(record.id)
    },
  }
}
