import { describe, expect, it } from 'vitest'
import { readMoment } from '../../../src/cli/moment.ts'

// A Saturday; 21:35 in Berlin.
const now = Date.parse('2026-11-21T20:35:15Z')
const read = (text: string, timeZone = 'Europe/Berlin', from = now) => {
  const at = readMoment(text, from, timeZone)
  return at === undefined ? undefined : new Date(at).toISOString().slice(0, 16)
}

describe('a moment', () => {
  it.each([
    ['Sunday 03:00', '2026-11-22T02:00'],
    ['sun 3:00', '2026-11-22T02:00'],
    ['Saturday 21:36', '2026-11-21T20:36'],
    ['Saturday 21:00', '2026-11-28T20:00'],
    ['23:15', '2026-11-21T22:15'],
    ['20:00', '2026-11-22T19:00'],
    ['2026-12-24T18:00Z', '2026-12-24T18:00'],
  ])('%s is %s', (text, expected) => {
    expect(read(text)).toBe(expected)
  })

  it('goes by the clock on the wall, also after it was changed', () => {
    expect(read('Sunday 03:00', 'America/New_York')).toBe('2026-11-22T08:00')
    expect(read('Monday 08:00', 'Europe/Berlin', Date.parse('2027-03-27T12:00Z'))).toBe('2027-03-29T06:00')
  })

  it.each(['', 'someday 03:00', 's 03:00', '24:00', '12:60', 'Sunday', '3 o’clock'])('%j is none', (text) => {
    expect(read(text)).toBeUndefined()
  })
})
