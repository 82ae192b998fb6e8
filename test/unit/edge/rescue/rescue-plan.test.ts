import { describe, expect, test } from 'vitest'
import type { PbxLeg } from '../../../../src/edge/rescue/pbx-leg.ts'
import { PbxPairs } from '../../../../src/edge/rescue/pbx-pairs.ts'
import { type PbxConversations, rescuePlan } from '../../../../src/edge/rescue/rescue-plan.ts'
import { fromPbx, toPbx } from './a-pbx-leg.ts'

/** Legs in the order in which they were answered; those of `over` are over since. */
function planned(legs: readonly PbxLeg[], { over = [] as string[], told = {} as Told } = {}) {
  const pairs = new PbxPairs()
  for (const leg of legs) pairs.add(leg)
  for (const call of over) pairs.remove(call)
  const conversations: PbxConversations = { partnersOf: (_, callId) => told[callId] }
  const left = legs.filter(({ call }) => !over.includes(call))
  const plan = rescuePlan(left, (leg) => pairs.pairingOf(leg), conversations)
  return {
    pairs: plan.pairs.map(({ to, from }) => `${to.call}${from.call}`),
    alone: plan.alone.map(({ leg }) => leg.call).sort(),
    why: plan.alone.map(({ why }) => why),
  }
}

type Told = Readonly<Record<string, readonly string[]>>

test('the two calls of two phones are a pair', () => {
  expect(planned([fromPbx(), toPbx()])).toMatchObject({ pairs: ['ab'], alone: [] })
})

test('whichever of the two is told first', () => {
  expect(planned([toPbx(), fromPbx()]).pairs).toEqual(['ab'])
})

test('a PBX is not another one', () => {
  expect(planned([fromPbx({ pbx: 'other' }), toPbx()]).alone).toEqual(['a', 'b'])
})

test('two calls of one caller in the same moment are not told apart', () => {
  const legs = [fromPbx(), fromPbx({ call: 'd' }), toPbx(), toPbx({ call: 'c' })]
  expect(planned(legs)).toMatchObject({ pairs: [], alone: ['a', 'b', 'c', 'd'] })
  expect(planned(legs).why[0]).toBe('more than one call of the box may belong to it')
})

describe('what may belong to one of two is left', () => {
  const legs = {
    twoFrom: [fromPbx(), fromPbx({ call: 'd' }), toPbx()],
    twoTo: [fromPbx(), toPbx(), toPbx({ call: 'c' })],
  }

  test.each(['twoFrom', 'twoTo'] as const)('%s', (which) => {
    expect(planned(legs[which]).pairs).toEqual([])
  })

  test.each([
    ['twoFrom', 'b'],
    ['twoFrom', 'd'],
    ['twoTo', 'a'],
    ['twoTo', 'c'],
  ] as const)('%s, even when one of them, %s, has ended since', (which, over) => {
    expect(planned(legs[which], { over: [over] }).pairs).toEqual([])
  })
})

test('two calls that claim one partner, each with a reason of its own, are left', () => {
  const other = toPbx({ call: 'c', callId: 'c-1', callers: ['209'], called: ['210'] })
  const told = { 'c-1': ['made-by-pbx'] }
  expect(planned([fromPbx(), toPbx(), other], { told })).toMatchObject({ pairs: [], alone: ['a', 'b', 'c'] })
})

test('stronger evidence tells calls apart', () => {
  const toOther = toPbx({ call: 'c', callers: ['203'] }) // another caller of 202
  expect(planned([fromPbx(), toOther, toPbx()])).toMatchObject({ pairs: ['ab'], alone: ['c'] })
  const proven = fromPbx({ call: 'd', sessionId: 'session-a' })
  expect(planned([fromPbx(), proven, toPbx()])).toMatchObject({ pairs: ['ad'], alone: ['b'] })
})

// 209 waits in a queue, which 202 takes a call from in the moment in which 201, who calls 202, is led to his mailbox.
test.each<[string, Partial<PbxLeg>, Partial<PbxLeg>, readonly string[]]>([
  ['as the caller shown', { callers: ['209'] }, {}, []],
  ['behind a caller that the PBX has rewritten', { callers: ['sales'] }, {}, []],
  ['who came later', { callers: ['sales'] }, { startedAt: 1_020 }, ['ab']],
  ['who is not shown, when another one is', { called: ['600'] }, {}, ['ab']],
])('weak evidence leaves out who waits at the PBX: %s', (_, from, waits, pairs) => {
  const waiting = toPbx({
    call: 'c',
    callers: ['209'],
    called: ['600'],
    startedAt: 500,
    answeredAt: 600,
    ...waits,
  })
  expect(planned([waiting, fromPbx(from), toPbx()]).pairs).toEqual(pairs)
})

test('a call whose partner is over has nobody', () => {
  expect(planned([fromPbx(), toPbx()], { over: ['b'] })).toMatchObject({ pairs: [], alone: ['a'] })
})

test('what the PBX tells now counts more than how the calls began', () => {
  const legs = [
    fromPbx(),
    toPbx(),
    fromPbx({ call: 'd', callId: 'd-by-pbx', callers: ['209'], called: ['210'] }),
  ]
  const told = { 'a-1': ['d-by-pbx'], 'd-by-pbx': ['a-1'], 'made-by-pbx': [] }
  expect(planned(legs, { told })).toMatchObject({ pairs: ['ad'], alone: ['b'] })
})

test.each<[string, Told]>([
  ['a conference', { 'a-1': ['made-by-pbx', 'x'], 'made-by-pbx': ['a-1', 'x'] }],
  ['with somebody else', { 'a-1': ['x'] }],
  ['alone', { 'a-1': [] }],
  ['the partner with somebody else', { 'made-by-pbx': ['x'] }],
])('a call that the PBX has connected otherwise since is left: %s', (_, told) => {
  expect(planned([fromPbx(), toPbx()], { told }).pairs).toEqual([])
})

test('media that the PBX leads from one to the other is proof', () => {
  const direct = { theirs: '192.0.2.1:4002', called: ['600'], callers: ['207'] }
  expect(planned([fromPbx({ theirs: '192.0.2.1:4000' }), toPbx(direct)]).pairs).toEqual(['ab'])
  expect(planned([fromPbx(), toPbx(direct)]).pairs).toEqual([])
})
