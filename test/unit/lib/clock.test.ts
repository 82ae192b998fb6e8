import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { systemClock } from '../../../src/lib/clock.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

it.each([2 ** 31, 1e12, Number.POSITIVE_INFINITY])('a wait of %d ms is a long one', (milliseconds) => {
  const action = vi.fn()
  const timer = systemClock.after(milliseconds, action)
  vi.advanceTimersByTime(24 * 86_400_000)
  expect(action).not.toHaveBeenCalled()
  timer.cancel()
})
