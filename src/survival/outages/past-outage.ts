import type { CallRecord } from '../../domain/call-record.ts'
import type { Clock } from '../../lib/clock.ts'
import { concerns } from './concerned-calls.ts'
import type { PastCalls } from './ledger-parts.ts'
import { momentText } from './moment-text.ts'
import type { OpenOutage } from './outage-store.ts'
import { PhoneRoll } from './phone-roll.ts'
import { type CallFacts, decidedAt, RunningOutage } from './running-outage.ts'

/** No call rings for longer. */
const longestRingMs = 600_000
const pageSize = 500
const mostCalls = 100_000

/**
 * An outage that the last run of the box left open, with the calls counted that were decided after it was last stored:
 * their records are never behind (DESIGN: no CDR of an answered call is lost).
 */
export async function resumedOutage(
  { report, roll, savedAt }: OpenOutage,
  archive: PastCalls,
  facts: CallFacts,
  clock: Clock,
): Promise<RunningOutage> {
  const { pbx, domain } = report
  const outage = new RunningOutage(report, new PhoneRoll(roll), { pbx, domain }, facts, clock)
  const away = `from ${momentText(savedAt)} at the earliest until ${momentText(clock.now())}`
  outage.note({ type: 'note', text: `the box was away, ${away}` })
  try {
    await countCalls(outage, savedAt, archive, facts, clock)
  } catch (error) {
    // A report is no reason to serve no calls.
    outage.note({ type: 'note', text: `calls that ended meanwhile are not counted: ${String(error)}` })
  }
  return outage
}

async function countCalls(
  outage: RunningOutage,
  savedAt: number,
  archive: PastCalls,
  facts: CallFacts,
  clock: Clock,
): Promise<void> {
  const span = { from: savedAt - longestRingMs, to: clock.now() }
  let after: CallRecord | undefined
  for (let read = 0; read < mostCalls; read += pageSize) {
    const page = await archive.page(span, after, pageSize)
    for (const record of page) {
      const at = decidedAt(record)
      if (at !== undefined && at > savedAt && concerns(record, outage.concerned, facts)) outage.count(record)
    }
    after = page.at(-1)
    if (page.length < pageSize) return
  }
}
