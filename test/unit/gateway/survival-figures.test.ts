import { describe, expect, it } from 'vitest'
import { printMetrics } from '../../../src/admin/metrics.ts'
import { survivalFigures } from '../../../src/gateway/survival-figures.ts'
import { countsByPbx, countsWith } from '../../../src/survival/outages/outage-counts.ts'
import { anOutageReport } from '../../support/an-outage-report.ts'

const { detectedAt } = anOutageReport()

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

describe('metrics of survival', () => {
  it('add up the outages that are over and the one that lasts', async () => {
    const over = anOutageReport({
      ...{
        stage: 'closed',
        endedAt: detectedAt + 60_000,
        served: { extension: 3 },
        failed: { 'no such number': 1 },
      },
    })
    const lasting = anOutageReport({
      ...{ cause: 'refused', startedAt: detectedAt - 500, served: { outside: 2 }, unanswered: { busy: 1 } },
      phones: { known: 4, moved: 4, home: 0, away: 4, awayList: [] },
    })
    const closed = new Map([['office', countsWith(undefined, over, detectedAt)]])
    const counts = countsByPbx(closed, [lasting], detectedAt + 30_000)
    const pbx = { name: 'office', domain: 'office.example', state: 'survival', since: 0, why: '' } as const
    const view = { ...pbx, outage: undefined, lock: undefined, latencyMs: undefined }
    const text = await printMetrics(survivalFigures({ pbxs: { view: () => [view] }, outages: { counts } }))
    expect(linesOf(text)).toEqual([
      'causeway_pbx_state{pbx="office",state="survival"} 1',
      'causeway_outages_total{pbx="office",cause="silent"} 1',
      'causeway_outages_total{pbx="office",cause="refused"} 1',
      'causeway_standing_in_seconds_total{pbx="office"} 90',
      'causeway_survival_calls_total{pbx="office",outcome="served"} 5',
      'causeway_survival_calls_total{pbx="office",outcome="unanswered"} 1',
      'causeway_survival_calls_total{pbx="office",outcome="failed"} 1',
      'causeway_outage_detection_seconds{pbx="office"} 0.5',
      'causeway_survival_phones_away{pbx="office"} 4',
    ])
  })

  it('leave rehearsals out', () => {
    const rehearsal = anOutageReport({ cause: 'rehearsal', served: { extension: 3 } })
    expect(countsByPbx(new Map(), [rehearsal], detectedAt).get('office')).toMatchObject({
      outages: {},
      served: 0,
    })
  })
})
