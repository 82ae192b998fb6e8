import { describe, expect, it } from 'vitest'
import {
  mostFailedCalls,
  nextReport,
  type OutageEvent,
} from '../../../../src/survival/outages/next-report.ts'
import type { OutageReport } from '../../../../src/survival/outages/outage-report.ts'
import { anOutageReport } from '../../../support/an-outage-report.ts'

const call = { id: 'a', callId: 'call-a', at: 10, from: 'f', to: 't', status: 404, cause: 'nobody' }

function reportAfter(events: readonly OutageEvent[], from = anOutageReport()): OutageReport {
  return events.reduce(nextReport, from)
}

function failed(cause: string): OutageEvent {
  return { type: 'call', at: 20, outcome: { kind: 'failed', cause }, call }
}

describe('the report of an outage', () => {
  it('counts calls by what became of them', () => {
    const report = reportAfter([
      { type: 'call', at: 30, outcome: { kind: 'served', as: 'extension' }, call },
      { type: 'call', at: 40, outcome: { kind: 'served', as: 'extension' }, call },
      { type: 'call', at: 50, outcome: { kind: 'unanswered', how: 'busy' }, call },
      failed('no such number'),
    ])
    expect(report).toMatchObject({
      firstServedAt: 30,
      served: { extension: 2 },
      unanswered: { busy: 1 },
      failed: { 'no such number': 1 },
      failedCalls: [call],
    })
  })

  it('has a bounded number of failed calls and of causes', () => {
    const report = reportAfter(Array.from({ length: 200 }, (_, index) => failed(`cause ${index}`)))
    expect(report.failedCalls).toHaveLength(mostFailedCalls)
    expect(Object.keys(report.failed).length).toBeLessThanOrEqual(31)
    expect(Object.values(report.failed).reduce((sum, count) => sum + count)).toBe(200)
  })

  it('keeps the most calls at one time and the longest silence', () => {
    const report = reportAfter([
      { type: 'talking', calls: 3 },
      { type: 'talking', calls: 2 },
      { type: 'set-up', afterMs: 40 },
      { type: 'set-up', afterMs: 30 },
    ])
    expect(report).toMatchObject({ peakCalls: 3, longestSetUpMs: 40 })
  })

  it('counts no calls and registrations any more when the PBX is in charge again', () => {
    const back = reportAfter([{ type: 'returned', at: 100 }])
    const later = reportAfter([failed('late'), { type: 'registration', outcome: 'accepted' }], back)
    expect(later).toEqual(back)
    expect(later).toMatchObject({ stage: 'coming-home', endedAt: 100 })
  })

  it('says when all phones were home, and takes it back when one is away again', () => {
    const phones = { known: 2, moved: 2, home: 2, away: 0, awayList: [] }
    const home = reportAfter([
      { type: 'returned', at: 100 },
      { type: 'phones', at: 130, phones },
      { type: 'phones', at: 140, phones },
    ])
    expect(home.allHomeAt).toBe(130)
    expect(
      reportAfter([{ type: 'phones', at: 150, phones: { ...phones, home: 1, away: 1 } }], home),
    ).toMatchObject({
      allHomeAt: undefined,
    })
  })

  it('changes no more when it is closed', () => {
    const closed = reportAfter([{ type: 'returned', at: 100 }, { type: 'closed' }])
    expect(reportAfter([{ type: 'note', text: 'late' }], closed)).toBe(closed)
  })
})
