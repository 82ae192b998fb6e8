import { describe, expect, it } from 'vitest'
import { clockTrouble } from '../../../src/overlay/trust/clock-trouble.ts'

const minute = 60_000

describe('clocks compared', () => {
  const trouble = (differences: Readonly<Record<string, number>>) =>
    clockTrouble(Object.entries(differences).map(([peer, ahead]) => ({ peer, ahead })))

  it('nothing is said while they are close, or of nobody', () => {
    expect(trouble({ a: 20_000, b: -25_000, c: 3 })).toBeUndefined()
    expect(trouble({})).toBeUndefined()
  })

  it('when the others agree, this box is wrong, whatever one of them claims', () => {
    expect(trouble({ liar: -500 * minute, a: 10 * minute, b: 10 * minute + 900, c: 10 * minute })).toBe(
      "this box's clock is 10 min behind those of 3 of 4 other boxes: set it, by NTP if possible",
    )
    expect(trouble({ a: -180 * minute, b: -180 * minute })).toBe(
      "this box's clock is 3 h ahead of those of 2 of 2 other boxes: set it, by NTP if possible",
    )
  })

  it('when most are right, the one that is not is named', () => {
    expect(trouble({ a: 4, b: -10 * minute, c: 12 })).toBe('the clock of b is 10 min behind: set it there')
    expect(trouble({ a: 4, b: 10 * minute, c: 12, d: 9, e: -3 * minute })).toBe(
      'the clock of e is 3 min behind, and 1 more are wrong: set it there',
    )
  })

  it('one against one cannot be told', () => {
    expect(trouble({ a: 45_000 })).toBe("the clock of a is 45 s ahead of this box's: set whichever is wrong")
  })
})
