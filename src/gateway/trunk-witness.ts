import type { CallRecords } from '../edge/neighbours.ts'
import type { Trunks } from '../trunk/trunks.ts'
import { witnessedAttempts } from './witnessed-attempts.ts'

/** The call records, and each trunk that a call tried is told how it went: a trunk that keeps failing rests. */
export function witnessedByTrunks(records: CallRecords, trunks: Pick<Trunks, 'saw'>): CallRecords {
  return witnessedAttempts(records, ({ path, target, status, q850 }) => {
    if (path === 'trunk') trunks.saw(target, status, q850)
  })
}
