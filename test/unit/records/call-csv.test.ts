import { describe, expect, it } from 'vitest'
import { csvHeading, csvLine } from '../../../src/records/call-csv.ts'
import { aCall } from '../../support/a-call.ts'

/** One line of RFC 4180 as a program reads it. */
function cells(line: string): Record<string, string | undefined> {
  const values = [...line.slice(0, -2).matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, value = '']) =>
    value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value,
  )
  const names = csvHeading.trim().split(',')
  return Object.fromEntries(names.map((name, index) => [name, values[index]]))
}

describe('calls as CSV', () => {
  it('has one cell for each column', () => {
    const cut = cells(
      csvLine(
        aCall({
          id: 'a',
          startedAt: Date.UTC(2026, 10, 1, 8),
          answeredAt: Date.UTC(2026, 10, 1, 8, 0, 5),
          endedAt: Date.UTC(2026, 10, 1, 8, 1, 5, 250),
          rate: { perMinute: 12_345, setup: 100, stepSeconds: 1 },
          cost: 12_445,
          status: 200,
          q850: 16,
          attempts: [{ path: 'trunk', target: 'carrier', status: 503, tookMs: 12.4 }],
          verdicts: ['may call, says "the rule"', 'not blocked'],
        }),
      ),
    )
    expect(cut).toMatchObject({
      id: 'a',
      started_at: '2026-11-01T08:00:00.000Z',
      talked_seconds: '60.250',
      rate_per_minute: '12.345',
      cost: '12.445',
      q850: '16',
      targets_tried: 'trunk carrier 503 in 12 ms',
      verdicts: 'may call, says "the rule"; not blocked',
      path: '',
    })
  })

  it.each([
    ['=HYPERLINK("http://x")', `'=HYPERLINK("http://x")`],
    ['@SUM(A1)', `'@SUM(A1)`],
    ['-2+3', `'-2+3`],
    ['\t=1', `'\t=1`],
    ['+4930123', '+4930123'],
    ['"Eve", =1\r\n2', '"Eve", =1\r\n2'],
  ])('gives a spreadsheet nothing to run: %j', (from, cell) => {
    expect(cells(csvLine(aCall({ from }))).from).toBe(cell)
  })
})
