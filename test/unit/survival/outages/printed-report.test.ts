import { describe, expect, it } from 'vitest'
import { headlineOf } from '../../../../src/survival/outages/headline.ts'
import { printReport } from '../../../../src/survival/outages/printed-report.ts'
import { anOutageReport } from '../../../support/an-outage-report.ts'

const detectedAt = Date.UTC(2026, 10, 21, 23, 10, 4)
const second = 1_000
const minute = 60 * second

const over = anOutageReport({
  stage: 'closed',
  endedAt: detectedAt + 12 * minute + 30 * second,
  faults: ['the PBX office does not answer; other hosts of its network do'],
  firstServedAt: detectedAt + 400,
  served: { extension: 20, 'from outside': 3, outside: 11 },
  unanswered: { busy: 1, 'nobody answered': 2 },
  failed: { 'no such number': 1 },
  failedCalls: [
    {
      ...{ id: 'a', callId: 'abc@192.0.2.7', at: detectedAt + minute, status: 404 },
      ...{ from: 'sip:201@office.example', to: 'sip:299@office.example', cause: 'nobody has this name' },
    },
  ],
  failedBefore: 2,
  upAtVerdict: 4,
  peakCalls: 12,
  longestSetUpMs: 1_210,
  registrations: { accepted: 120, onGrace: 0, refused: 1 },
  phones: {
    ...{ known: 40, moved: 38, home: 39, away: 1 },
    awayList: [
      {
        ...{ aor: 'sip:203@office.example', userAgent: 'snom720/8.9', source: '192.0.2.4:5060' },
        lastSeen: detectedAt + 3 * minute,
      },
    ],
  },
  notes: ['the box was away'],
})

describe('a printed outage report', () => {
  it('says all of an outage that is over', () => {
    expect(printReport(over)).toBe(
      `
Outage of the PBX office (office.example), report office-20261121-231004
  first failure       2026-11-21 23:10:01 UTC
  detected            2026-11-21 23:10:04 UTC, after 3.0 s: OPTIONS met silence
  back                2026-11-21 23:22:34 UTC, after 12 min 30 s
  cause               it did not answer
  found               the PBX office does not answer; other hosts of its network do
  calls served        34: 20 between phones, 11 to outside, 3 from outside
  first of them       0.4 s after the verdict
  longest silence     1.2 s, from dialling until it rang
  at one time         12 calls at most
  up at the verdict   4 calls, 0 of them cut off
  not answered        3: 2 nobody answered, 1 busy
  failed              1: 1 no such number
  before the verdict  2 calls failed at the PBX
  registrations       120 accepted, 0 on grace, 1 refused
  phones              40 were at the PBX, 38 came to the box, 39 are back
  all home            no: 1 did not come back
  calls that failed
    2026-11-21 23:11:04 UTC  sip:201@office.example to sip:299@office.example: 404 nobody has this name, Call-ID abc@192.0.2.7
  phones that did not come back
    sip:203@office.example  snom720/8.9 at 192.0.2.4:5060, last seen 2026-11-21 23:13:04 UTC
  note: the box was away`.trimStart(),
    )
  })

  it('says of one that lasts that it does', () => {
    const text = printReport(anOutageReport())
    expect(text).toContain('back                not yet: the box stands in')
    expect(text).not.toContain('all home')
  })

  it('says how many more there are than it lists', () => {
    const { phones } = over
    expect(printReport({ ...over, phones: { ...phones, away: 3 } })).toContain('\n    and 2 more')
  })

  it('has a headline', () => {
    expect(headlineOf(over)).toBe(
      'office-20261121-231004  2026-11-21 23:10:04 UTC  office: silent, 12 min 30 s, 34 calls served, 1 failed, 1 phone not back',
    )
  })
})
