import { expect, test } from 'vitest'
import { type MemorySample, memoryTrend } from '../../soak/memory-trend.ts'

const mebibyte = 2 ** 20
const warmUp = 300
const allowance = { bytes: 16 * mebibyte, share: 0.05 }

/** A sawtooth of garbage, 40 MiB high, on top of what stays. */
function samplesOf(seconds: number, staysAt: (second: number) => number): MemorySample[] {
  return Array.from({ length: seconds + 1 }, (_, second) => ({
    second,
    bytes: staysAt(second) + (second % 10) * 4 * mebibyte,
  }))
}

test('garbage between two collections is no growth', () => {
  const trend = memoryTrend(
    samplesOf(600, () => 100 * mebibyte),
    warmUp,
    allowance,
  )
  expect(trend).toMatchObject({ afterWarmUp: 100 * mebibyte, riseBytes: 0, isFlat: true })
})

test('growth before the warm-up is over does not count, a step down is no growth', () => {
  const warming = memoryTrend(
    samplesOf(600, (second) => (Math.min(second, 290) + 100) * mebibyte),
    warmUp,
    allowance,
  )
  expect(warming.isFlat).toBe(true)
  const falling = memoryTrend(
    samplesOf(600, (second) => (second < 500 ? 400 : 200) * mebibyte),
    warmUp,
    allowance,
  )
  expect(falling.isFlat).toBe(true)
})

test('a leak of a few hundred bytes a call shows under the sawtooth', () => {
  const trend = memoryTrend(
    samplesOf(1_800, (second) => 100 * mebibyte + second * 100 * 300),
    warmUp,
    allowance,
  )
  expect(trend.riseBytes).toBeGreaterThan(24 * mebibyte)
  expect(trend.isFlat).toBe(false)
})

test('a window without a sample is an error, not a flat line', () => {
  const samples = [...samplesOf(320, () => mebibyte), { second: 1_000, bytes: mebibyte }]
  expect(() => memoryTrend(samples, warmUp, allowance)).toThrow('no sample')
})
