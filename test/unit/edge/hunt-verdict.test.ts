import { describe, expect, test } from 'vitest'
import {
  endsGroup,
  type FailedTarget,
  mayTryNext,
  mostTelling,
  statusForCaller,
} from '../../../src/edge/hunt/hunt-verdict.ts'

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
    ['trunk', 488, true],
    ['trunk', 606, true],
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
  [{ path: 'trunk', status: 503, response: { isLocal: false, headers: () => [] } }, 500],
  [{ path: 'trunk', status: 503, response: { isLocal: true, headers: () => [] } }, 503],
  [{ path: 'trunk', status: 503, response: undefined }, 503],
  [{ path: 'phone', status: 302, response: { isLocal: false, headers: () => [] } }, 480],
  [undefined, 480],
] as const)('%j becomes %i for the caller', (failure, expected) => {
  expect(statusForCaller(failure)).toBe(expected)
})

/** A failure with `cause` in its Reason header. */
function failed(
  path: FailedTarget['path'],
  status: number,
  cause: number | undefined,
  more: Partial<FailedTarget> = {},
) {
  const reason = cause === undefined ? [] : ['SIP;cause=200', `Q.850;cause=${cause};text="as it is"`]
  const response = { isLocal: false, headers: (name: string) => (name === 'reason' ? reason : []) }
  return { path, status, ...more, response }
}

describe('a Q.850 cause from the telephone network', () => {
  test.each([
    // cause, status it came with, whether the next trunk is tried, what the caller hears if it was the last
    [1, 404, false, 404],
    [1, 503, false, 404], // unallocated
    [2, 404, true, 404],
    [3, 404, true, 404], // no route on this trunk
    [16, 480, true, 480],
    [17, 486, false, 486],
    [17, 503, false, 486],
    [17, 480, false, 486], // busy
    [18, 408, false, 408],
    [19, 480, false, 480],
    [20, 480, false, 480],
    [20, 503, false, 480], // absent
    [21, 403, false, 603],
    [21, 503, false, 603],
    [21, 486, false, 486], // declined: rings once only
    [22, 410, false, 410],
    [27, 502, true, 502],
    [28, 484, false, 484],
    [31, 480, true, 480], // says nothing
    [34, 503, true, 500],
    [34, 486, true, 500],
    [34, 404, true, 500], // no channel
    [38, 503, true, 500],
    [41, 503, true, 500],
    [42, 480, true, 500],
    [42, 503, true, 500], // congestion
    [44, 486, true, 500],
    [47, 503, true, 500],
    [55, 403, false, 603],
    [57, 403, true, 403],
    [58, 404, true, 500],
    [99, 500, true, 500],
    [127, 500, true, 500],
    [17, 600, false, 600],
    [34, 603, false, 603], // a 6xx needs no cause
  ])('%i with %i: next one tried %s, else the caller hears %i', (cause, status, next, heard) => {
    const failure = failed('trunk', status, cause)
    expect([mayTryNext(failure), statusForCaller(failure)]).toEqual([next, heard])
    const elsewhere = failed('overlay', status, cause, { target: { outsideNumber: '+4930123' } })
    expect(mayTryNext(elsewhere)).toBe(next)
  })

  test('speaks for a person, but not for the place, when it comes from a phone, a PBX or another site', () => {
    expect(mayTryNext(failed('pbx', 403, 21))).toBe(false)
    expect(mayTryNext(failed('pbx', 503, 17))).toBe(false)
    expect(mayTryNext(failed('pbx', 480, 20))).toBe(true)
    expect(mayTryNext(failed('overlay', 404, 1))).toBe(true)
    expect(mayTryNext(failed('phone', 486, 34))).toBe(false)
  })

  test('weighs what the caller is told: busy on one trunk says more than no channel on another', () => {
    const failures = [failed('trunk', 486, 34), failed('trunk', 503, 17), failed('trunk', 404, 3)]
    expect(mostTelling(failures)).toBe(failures[1])
  })
})

test('who rang in vain outside is not rung again by another line; a phone of ours may be tried elsewhere', () => {
  const rang = { status: 480, response: undefined, rangInVain: true }
  expect(mayTryNext({ ...rang, path: 'trunk' })).toBe(false)
  expect(mayTryNext({ ...rang, path: 'trunk', rangInVain: false })).toBe(true)
  expect(mayTryNext({ ...rang, path: 'phone' })).toBe(true)
})

describe('a member of a group', () => {
  test.each([486, 603, 480, 404, 403, 500])('that rings in turn speaks for itself with %i', (status) => {
    expect(mayTryNext({ path: 'phone', status, target: { memberOf: 'in-turn' } })).toBe(true)
  })

  test('that rings with the others silences them by 603 alone', () => {
    const target = { memberOf: 'all' as const }
    expect([486, 480, 603].map((status) => endsGroup({ path: 'phone', status, target }))).toEqual([
      false,
      false,
      true,
    ])
  })
})

test('a call for help tries the next one whatever is said, and a call that the box has refused none', () => {
  const emergency = { number: '112', isTest: false }
  expect(
    [486, 603, 404, 403].every((status) => mayTryNext({ path: 'trunk', status, target: { emergency } })),
  ).toBe(true)
  expect(mayTryNext({ path: 'trunk', status: 503, isFinal: true })).toBe(false)
})
