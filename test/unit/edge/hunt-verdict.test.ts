import { describe, expect, test } from 'vitest'
import { endsGroup, mayTryNext, mostTelling, statusForCaller } from '../../../src/edge/hunt-verdict.ts'

describe('the hunt', () => {
  test.each([
    ['phone', 486, false],
    ['phone', 600, false],
    ['phone', 603, false],
    ['phone', 607, false],
    ['phone', 404, true],
    ['phone', 480, true],
    ['phone', 488, false],
    ['phone', 302, true],
    ['overlay', 404, true],
    ['overlay', 408, true],
    ['trunk', 403, true],
    ['trunk', 404, false],
    ['trunk', 484, false],
    ['trunk', 503, true],
    ['domain', 404, false],
    ['domain', 403, false],
    ['pbx', 407, false],
    ['pbx', 404, false],
    ['pbx', 503, true],
    ['pbx', 500, true],
  ] as const)('after %s %i goes on: %s', (path, status, expected) => {
    expect(mayTryNext({ path, status })).toBe(expected)
  })

  test('a busy phone does not silence the others of the user, a declined call does', () => {
    expect([486, 480, 603, 600].map((status) => endsGroup({ path: 'phone', status }))).toEqual([
      false,
      false,
      true,
      true,
    ])
  })
})

test.each([
  [[408, 486, 480], 486],
  [[503, 480], 480],
  [[503, 404], 404],
  [[603, 486], 603],
  [[486, 407], 407],
  [[503], 503],
])('of %j the caller is told %i', (statuses, expected) => {
  expect(mostTelling(statuses.map((status) => ({ path: 'phone' as const, status })))?.status).toBe(expected)
})

test.each([
  [{ path: 'trunk', status: 503, response: { isLocal: false } }, 500],
  [{ path: 'trunk', status: 503, response: { isLocal: true } }, 503],
  [{ path: 'trunk', status: 503, response: undefined }, 503],
  [{ path: 'phone', status: 302, response: { isLocal: false } }, 480],
  [undefined, 480],
] as const)('%j becomes %i for the caller', (failure, expected) => {
  expect(statusForCaller(failure)).toBe(expected)
})
