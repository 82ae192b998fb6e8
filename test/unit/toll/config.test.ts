import { describe, expect, test } from 'vitest'
import { tollFraudSection } from '../../../src/config/sections/toll-fraud.ts'
import { limitsOf } from '../../../src/toll/usual-limits.ts'

describe('a foolish limit is refused', () => {
  test.each([
    ['it limits nothing', [{ name: 'a', who: 'user' }]],
    [
      'else one caller could block all',
      [{ name: 'a', who: 'everybody', callsPerHour: 5, onCrossing: 'block' }],
    ],
    ['no times', [{ name: 'a', who: 'user', callsPerHour: 5, during: ['at night'] }]],
    [
      'two limits have the same name',
      [
        { name: 'a', who: 'user', callsPerHour: 5 },
        { name: 'a', who: 'pbx', callsPerHour: 5 },
      ],
    ],
  ])('%s', (why, limits) => {
    const { error } = tollFraudSection.safeParse({ limits })
    expect(error?.message).toContain(why)
  })
})

test('the usual limits are sound, and hold unless the operator says otherwise', () => {
  const usual = limitsOf(tollFraudSection.parse({}))
  expect(usual.map(({ name }) => name)).toContain('premium-velocity')
  expect(new Set(usual.map(({ name }) => name)).size).toBe(usual.length)
  expect(limitsOf(tollFraudSection.parse({ enabled: false }))).toEqual([])
})
