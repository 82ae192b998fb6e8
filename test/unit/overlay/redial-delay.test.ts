import { describe, expect, it } from 'vitest'
import { redialDelay } from '../../../src/overlay/membership/redial-delay.ts'

const even = () => 0.5

describe('the pause before a box is dialled again', () => {
  it('a box lost within the hour is tried quickly and never less than every ten seconds', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 50].map((failures) => redialDelay(failures, 0, even))).toEqual([
      200, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000,
    ])
  })

  it('one lost longer ago, or never met, once a minute in the end', () => {
    expect(redialDelay(50, 3_600_000, even)).toBe(60_000)
    expect([1, 2, 3, 4, 5, 6, 7, 2_000].map((failures) => redialDelay(failures, undefined, even))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000,
    ])
  })

  it('a fifth more or less, so that boxes do not dial in step', () => {
    expect(redialDelay(3, 0, () => 0)).toBe(800)
    expect(redialDelay(3, 0, () => 1)).toBeCloseTo(1_200)
  })
})
