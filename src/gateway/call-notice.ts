import type { CallRecord } from '../domain/call-record.ts'
import type { Notice } from '../domain/notice.ts'

/** What programs outside hear of a call that is over: its whole record. */
export function callNotice(record: CallRecord): Notice {
  const { from, to, status, cause, endedAt, startedAt } = record
  return {
    event: 'call',
    at: endedAt ?? startedAt,
    summary: `call from ${from} to ${to}: ${status}, ${cause}`,
    facts: { ...record },
  }
}
