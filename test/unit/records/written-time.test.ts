import { expect, it } from 'vitest'
import { readWrittenTime } from '../../../src/records/written-time.ts'

it.each([
  ['2026-11-01', Date.UTC(2026, 10, 1)],
  ['2026-11-01T08:00', Date.UTC(2026, 10, 1, 8)],
  ['2026-11-01T08:00:30.5Z', Date.UTC(2026, 10, 1, 8, 0, 30, 500)],
  ['2026-11-01T08:00:00+01:00', Date.UTC(2026, 10, 1, 7)],
  ['2026-13-01', undefined],
  ['1 November', undefined],
])('%s is %s', (text, time) => {
  expect(readWrittenTime(text)).toBe(time)
})
