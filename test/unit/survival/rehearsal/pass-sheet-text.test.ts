import { describe, expect, it } from 'vitest'
import type { PassSheet } from '../../../../src/survival/rehearsal/pass-sheet.ts'
import { printPassSheet } from '../../../../src/survival/rehearsal/pass-sheet-text.ts'

const sheet: PassSheet = {
  id: '12',
  pbx: 'office',
  domain: 'office.example',
  by: 'anna',
  group: 'sales',
  users: ['sip:201@office.example', 'sip:203@office.example'],
  leftOut: [{ user: '200', why: 'one phone of the emergency desk stays' }],
  startedAt: Date.parse('2026-11-22T02:10:00Z'),
  phase: 'over',
  until: Date.parse('2026-11-22T02:16:30Z'),
  end: { isEarly: false, why: 'its time was over' },
  results: [
    {
      check: 'return',
      subject: '203',
      outcome: 'fail',
      tookMs: 90_000,
      text: 'phone 203 did not come back',
      advice: 'Is it on?',
    },
    { check: 'dialling', subject: '201 → 203', outcome: 'pass', tookMs: 12, text: 'answers' },
    {
      check: 'other site',
      subject: 'overlay',
      outcome: 'not-applicable',
      tookMs: 0,
      text: 'this box is in no overlay',
    },
  ],
  conclusion: 'fail',
}

describe('a printed pass sheet', () => {
  it('says who, when, what was looked at in order, what to do, and the verdict last', () => {
    expect(printPassSheet(sheet, 'Europe/Berlin')).toBe(
      [
        'PASS SHEET of rehearsal 12',
        '',
        'PBX         office (office.example), group sales',
        'ordered by  anna',
        'began       2026-11-22 03:10:00',
        'over        2026-11-22 03:16:30',
        'ended       its time was over',
        'users       201, 203',
        'left out    200: one phone of the emergency desk stays',
        '',
        'ok    dialling    201 → 203  answers (12 ms)',
        '-     other site  overlay    this box is in no overlay',
        'FAIL  return      203        phone 203 did not come back (90.0 s)',
        '      Is it on?',
        '',
        'FAIL: 1 of 2 checks failed: return 203',
      ].join('\n'),
    )
  })

  it('says of one that is under way how far it is', () => {
    const text = printPassSheet(
      { ...sheet, phase: 'away', end: undefined, conclusion: undefined },
      'Europe/Berlin',
    )
    expect(text).toContain('is          away, until 2026-11-22 03:16:30 at the latest')
    expect(text).toMatch(/not over yet$/)
  })

  it('gives no verdict when it was cut short', () => {
    const end = { isEarly: true, why: 'somebody called for help' }
    expect(printPassSheet({ ...sheet, end, conclusion: 'cut-short' })).toMatch(
      /CUT SHORT, no verdict: somebody called for help$/,
    )
  })
})
