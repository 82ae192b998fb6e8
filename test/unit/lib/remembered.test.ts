import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { Remembered } from '../../../src/lib/remembered.ts'

describe('a remembered value', () => {
  it('is computed when first asked for, and again when it has grown old or the clock was set back', () => {
    const clock = new FakeClock(100_000)
    let computed = 0
    const count = new Remembered(5_000, { now: () => clock.now() + shift }, () => ++computed)
    let shift = 0
    expect(computed).toBe(0)
    expect(count.value).toBe(1)
    clock.advance(4_999)
    expect(count.value).toBe(1)
    clock.advance(1)
    expect(count.value).toBe(2)
    shift = -50_000
    expect(count.value).toBe(3)
  })
})
