import type { CallRecords } from '../edge/neighbours.ts'
import type { Clock } from '../lib/clock.ts'
import type { RestingPeers } from '../routing/resting-peers.ts'
import { witnessedAttempts } from './witnessed-attempts.ts'

/** The call records, and routing is told how calls went that left for the telephone network at another box. */
export function witnessedByRouting(
  records: CallRecords,
  peers: Pick<RestingPeers, 'saw'>,
  clock: Pick<Clock, 'now'>,
): CallRecords {
  return witnessedAttempts(records, ({ path, target, status, outsideNumber }) => {
    if (path === 'overlay' && outsideNumber !== undefined) peers.saw(target, status, clock.now())
  })
}
