import type { Notice } from '../../domain/notice.ts'
import { durationText } from './duration-text.ts'
import type { OutageReport } from './outage-report.ts'
import { printReport } from './printed-report.ts'
import { counted, totalOf } from './tally-text.ts'

/** `began` at the verdict, `returned` when the PBX is in charge again, `closed` when no more phones are waited for. */
export type OutagePhase = 'began' | 'returned' | 'closed'

/** What people hear of an outage, with the report as it stands. */
export function outageNotice(report: OutageReport, phase: OutagePhase, at: number): Notice {
  const { id, pbx, domain, cause, startedAt, detectedAt, endedAt, phones } = report
  return {
    event: 'outage',
    at,
    summary: summaryOf(report, phase),
    facts: {
      ...{ phase, id, pbx, domain, cause, startedAt, detectedAt, endedAt },
      served: totalOf(report.served),
      unanswered: totalOf(report.unanswered),
      failed: totalOf(report.failed),
      phonesAway: phones.away,
      report: printReport(report),
    },
  }
}

function summaryOf(report: OutageReport, phase: OutagePhase): string {
  const { pbx, why, detectedAt, endedAt = detectedAt, served, failed, phones } = report
  switch (phase) {
    case 'began':
      return `the PBX ${pbx} is gone (${why}): the box stands in`
    case 'returned':
      return `the PBX ${pbx} is back after ${durationText(endedAt - detectedAt)}: ${counted(totalOf(served), 'call')} served, ${totalOf(failed)} failed, ${counted(phones.away, 'phone')} to come home`
    case 'closed':
      return phones.away === 0
        ? `all phones are back at the PBX ${pbx}`
        : `${counted(phones.away, 'phone')} did not come back to the PBX ${pbx}`
  }
}
