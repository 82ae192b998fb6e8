import type { OutageReport } from './outage-report.ts'
import { totalOf } from './tally-text.ts'

/** Outages of one PBX since the start, rehearsals left out. */
export interface OutageCounts {
  /** By cause. */
  readonly outages: Readonly<Record<string, number>>
  readonly standingInMs: number
  readonly served: number
  readonly unanswered: number
  readonly failed: number
  /** From the first failure to the verdict, in the last outage. */
  readonly lastDetectionMs: number | undefined
  /** Phones that have not come home yet, or did not after the last outage. */
  readonly phonesAway: number
}

const none: OutageCounts = {
  outages: {},
  standingInMs: 0,
  served: 0,
  unanswered: 0,
  failed: 0,
  lastDetectionMs: undefined,
  phonesAway: 0,
}

/** The counts of each PBX, by its name, from the sums of closed reports and those that run. `now` in milliseconds. */
export function countsByPbx(
  closed: ReadonlyMap<string, OutageCounts>,
  running: readonly OutageReport[],
  now: number,
): ReadonlyMap<string, OutageCounts> {
  const counts = new Map(closed)
  for (const report of running) counts.set(report.pbx, countsWith(counts.get(report.pbx), report, now))
  return counts
}

/** The counts with one more outage in them; the last one. */
export function countsWith(counts: OutageCounts = none, report: OutageReport, now: number): OutageCounts {
  const { cause, startedAt, detectedAt, endedAt = now, served, unanswered, failed, phones } = report
  if (cause === 'rehearsal') return counts
  return {
    outages: { ...counts.outages, [cause]: (counts.outages[cause] ?? 0) + 1 },
    standingInMs: counts.standingInMs + Math.max(0, endedAt - detectedAt),
    served: counts.served + totalOf(served),
    unanswered: counts.unanswered + totalOf(unanswered),
    failed: counts.failed + totalOf(failed),
    lastDetectionMs: detectedAt - startedAt,
    phonesAway: phones.away,
  }
}
