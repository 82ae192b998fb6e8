import type { CallRecord } from '../../domain/call-record.ts'
import type { Outage } from '../../domain/outage.ts'
import { outcomeOf } from './call-outcome.ts'
import { type Concerned, concerns } from './concerned-calls.ts'
import type { LedgerParts } from './ledger-parts.ts'
import { type CallFacts, decidedAt } from './running-outage.ts'

export interface CallsAtVerdict {
  /** Those that talk. */
  readonly up: readonly CallRecord[]
  /** How many have failed at the PBX since the first failure was seen, as far as they are remembered. */
  readonly failedBefore: number
}

/** How the calls of a PBX stand when it is found to be gone. */
export function callsAtVerdict(
  { active, recent }: LedgerParts['calls'],
  { startedAt, detectedAt }: Pick<Outage, 'startedAt' | 'detectedAt'>,
  concerned: Concerned,
  facts: CallFacts,
): CallsAtVerdict {
  const isConcerned = (record: CallRecord) => concerns(record, concerned, facts)
  const hasFailed = (record: CallRecord) => {
    const at = decidedAt(record) ?? 0
    const isOfThen = at >= startedAt && at <= detectedAt
    const wasTried = record.attempts.some(({ path, target }) => path === 'pbx' && target === concerned.pbx)
    return isOfThen && wasTried && outcomeOf(record, facts).kind === 'failed'
  }
  return {
    up: active().filter((record) => record.answeredAt !== undefined && isConcerned(record)),
    failedBefore: recent().filter((record) => hasFailed(record) && isConcerned(record)).length,
  }
}
