import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { RateBudget } from '../../../src/lib/rate-budget.ts'

const rate = { perSecond: 10, burst: 5, longestWait: 300 }

describe('a budget of requests', () => {
  const ask = (budget: RateBudget, times: number, cost = 1) =>
    Array.from({ length: times }, () => budget.take('a', cost))

  it('a burst is answered at once, what comes too fast waits, and more is turned away', () => {
    const budget = new RateBudget(rate, new FakeClock(1_000_000))
    expect(ask(budget, 10)).toEqual([0, 0, 0, 0, 0, 100, 200, 300, undefined, undefined])
  })

  it('fills again with time, and not beyond its burst', () => {
    const clock = new FakeClock(1_000_000)
    const budget = new RateBudget(rate, clock)
    ask(budget, 5)
    clock.advance(200)
    expect(ask(budget, 3)).toEqual([0, 0, 100])
    clock.advance(3_600_000)
    expect(ask(budget, 6)).toEqual([0, 0, 0, 0, 0, 100])
  })

  it('one source does not use up what another may ask', () => {
    const budget = new RateBudget(rate, new FakeClock(1_000_000))
    ask(budget, 100)
    expect(budget.take('b', 1)).toBe(0)
  })

  it('what costs more fills it sooner', () => {
    const budget = new RateBudget(rate, new FakeClock(1_000_000))
    expect(ask(budget, 3, 4)).toEqual([0, 300, undefined])
  })

  it('a clock that was set back locks nobody out', () => {
    const clock = new FakeClock(1_000_000)
    const budget = new RateBudget(rate, clock)
    ask(budget, 10)
    clock.advance(-900_000)
    expect(ask(budget, 6)).toEqual([0, 0, 0, 0, 0, 100])
  })
})
