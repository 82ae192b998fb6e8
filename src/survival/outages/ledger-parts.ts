import type { CallRecord } from '../../domain/call-record.ts'
import type { NoticeSink } from '../../domain/notice.ts'
import type { Outage, OutageCause } from '../../domain/outage.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { OutageStore } from './outage-store.ts'
import type { SitePhone } from './phone-roll.ts'
import type { CallFacts } from './running-outage.ts'

/** A PBX as its watch knows it. Times in milliseconds since the Unix epoch. */
export interface LedgerPbx {
  readonly name: string
  readonly domain: string
  readonly state: 'normal' | 'suspect' | 'survival' | 'returning'
  readonly since: number
  readonly why: string
  /** The one that lasts. */
  readonly outage: Pick<Outage, 'cause' | 'startedAt' | 'detectedAt'> | undefined
}

export interface LedgerPbxChange {
  readonly name: string
  readonly domain: string
  readonly to: LedgerPbx['state']
  readonly why: string
  /** Undefined when there is no outage. */
  readonly cause: OutageCause | undefined
  readonly at: number
  /** When the first failure was seen that led to a verdict. */
  readonly suspectSince: number | undefined
  /** What is broken, in words. */
  readonly faults: readonly string[]
}

/** Calls that were counted by nobody while the box was down. */
export interface PastCalls {
  /** The oldest `limit` calls that began in the span, and after that place; oldest first. */
  page(
    span: { readonly from: number; readonly to: number },
    after: Pick<CallRecord, 'startedAt' | 'id'> | undefined,
    limit: number,
  ): Promise<readonly CallRecord[]>
}

/** What the ledger needs of the rest of the box. */
export interface LedgerParts {
  readonly store: OutageStore
  readonly pbxs: {
    view(): readonly LedgerPbx[]
    onStateChange(listener: (change: LedgerPbxChange) => void): void
  }
  /** The phones of a domain as they are registered now, here and at its PBX. */
  phonesOf(domain: string): Iterable<SitePhone>
  /** Calls that are up, and those that have just ended, latest first. */
  readonly calls: { active(): readonly CallRecord[]; recent(): readonly CallRecord[] }
  readonly archive: PastCalls
  readonly facts: CallFacts
  readonly notices: NoticeSink
  /** How long a phone is waited for after the return, in milliseconds. */
  readonly homeWithinMs: number
  readonly clock: Clock
  readonly log: Log
}
