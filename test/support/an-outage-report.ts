import { newReport } from '../../src/survival/outages/next-report.ts'
import type { OutageReport } from '../../src/survival/outages/outage-report.ts'

/** An outage that has just been found, with what matters replaced. */
export function anOutageReport(more: Partial<OutageReport> = {}): OutageReport {
  const begin = {
    outage: {
      id: 'office-20261121-231004',
      pbx: 'office',
      domain: 'office.example',
      cause: 'silent' as const,
      why: 'OPTIONS met silence',
      startedAt: Date.UTC(2026, 10, 21, 23, 10, 1),
      detectedAt: Date.UTC(2026, 10, 21, 23, 10, 4),
    },
    faults: [],
    failedBefore: 0,
    upAtVerdict: 0,
  }
  return { ...newReport(begin), ...more }
}
