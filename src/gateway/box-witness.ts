import type { CallRecord } from '../domain/call-record.ts'
import type { CallRecords } from '../edge/neighbours.ts'
import type { Clock } from '../lib/clock.ts'
import type { RestingPeers } from '../routing/resting-peers.ts'

/** The call records, and routing is told how calls went that left for the telephone network at another box. */
export function witnessedByRouting(
  records: CallRecords,
  peers: Pick<RestingPeers, 'saw'>,
  clock: Pick<Clock, 'now'>,
): CallRecords {
  const tell = ({ attempts }: CallRecord) => {
    for (const { path, target, status, outsideNumber, byBox } of attempts)
      if (path === 'overlay' && outsideNumber !== undefined && !byBox) peers.saw(target, status, clock.now())
  }
  return {
    began: (record) => records.began(record),
    changed: (record) => {
      if (record.answeredAt !== undefined) tell(record)
      records.changed(record)
    },
    forgotten: (id) => records.forgotten(id),
    ended: (record) => {
      if (record.answeredAt === undefined) tell(record)
      records.ended(record)
    },
  }
}
