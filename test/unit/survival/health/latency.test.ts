import { expect, it } from 'vitest'
import {
  isSlow,
  type Latency,
  latencyNow,
  noLatency,
  noteLatency,
} from '../../../../src/survival/health/latency.ts'

function after(values: readonly number[], from: Latency = noLatency): Latency {
  return values.reduce(noteLatency, from)
}

const calm = after(Array<number>(50).fill(8))

it('knows how long answers take of late', () => {
  expect(latencyNow(after([5, 5, 5, 5]))).toBeUndefined()
  expect(latencyNow(after([1, 9, 5, 300, 4]))).toBe(5)
})

it.each([
  ['one late answer', [700], false],
  ['two late answers among good ones', [700, 8, 700, 8], false],
  ['noise of a local network', [40, 80, 120, 60, 90], false],
  ['most answers late', [700, 700, 700], true],
])('%s is slow: %o %s', (_what, values, slow) => {
  expect(isSlow(after(values, calm))).toBe(slow)
})

it('compares with what is usual there: a satellite link is no overload', () => {
  const satellite = after(Array<number>(20).fill(650))
  expect(isSlow(after([900, 800, 1_200, 900, 1_000], satellite))).toBe(false)
})

it('takes for usual what lasts for minutes, and what is quick at once', () => {
  const slow = after(Array<number>(5).fill(700), calm)
  expect(isSlow(slow)).toBe(true)
  expect(isSlow(after(Array<number>(200).fill(700), slow))).toBe(false)
  expect(
    isSlow(after([...Array<number>(60).fill(8), 700, 700, 700], after(Array<number>(30).fill(700)))),
  ).toBe(true)
})
