import { expect, it } from 'vitest'
import { wireTime } from '../../../../src/engine/control/wire-time.ts'

it('is the time of day in UTC with microseconds', () => {
  expect(wireTime(Date.UTC(2026, 0, 2, 3, 4, 5, 6))).toBe('03:04:05.006000')
  expect(wireTime(Date.UTC(2026, 0, 2, 3, 4, 5, 999))).toBe('03:04:05.999000')
  expect(wireTime(Date.UTC(2026, 0, 2, 23, 59, 59, 0))).toBe('23:59:59.000000')
})
