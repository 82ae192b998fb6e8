import { expect, it } from 'vitest'
import { defaultOverloadSettings as settings } from '../../../../src/engine/overload/overload-settings.ts'
import { nextShedding, noShedding } from '../../../../src/engine/overload/shedding.ts'

/** The share that is shed after each of these samples. */
function after(...lags: number[]): number[] {
  let shedding = noShedding
  return lags.map((lag) => {
    shedding = nextShedding(shedding, lag, settings)
    return shedding.percent
  })
}

it('one long pause is no overload', () => {
  expect(after(3_000, 0, 3_000, 3_000, 0)).toEqual([0, 0, 0, 0, 0])
})

it('lag that lasts has more and more shed, in proportion to the lag', () => {
  expect(after(250, 250, 250, 260, 600, 0)).toEqual([0, 0, 20, 40, 80, 75])
  expect(after(9_000, 9_000, 9_000).at(-1)).toBe(100)
})

it('between the marks nothing changes', () => {
  expect(after(250, 250, 250, 249, 100, 51)).toEqual([0, 0, 20, 20, 20, 20])
})

it('with room again less and less is shed', () => {
  expect(after(250, 250, 250, 50, 0, 10, 0, 0)).toEqual([0, 0, 20, 15, 10, 5, 0, 0])
})
