import { describe, expect, test } from 'vitest'
import { pairEvidence } from '../../../../src/edge/rescue/pair-evidence.ts'
import type { PbxLeg } from '../../../../src/edge/rescue/pbx-leg.ts'
import { fromPbx, toPbx } from './a-pbx-leg.ts'

const cases: readonly [string, Partial<PbxLeg>, Partial<PbxLeg>, number | undefined][] = [
  ['the same caller and called', {}, {}, 2],
  ['a group was called, and one of its phones', { called: ['600'] }, {}, 1],
  ['the PBX shows another caller', {}, { callers: ['4930555000'] }, 1],
  ['the caller is withheld', {}, { callers: [] }, 1],
  ['neither is the same', { called: ['600'] }, { callers: ['207'] }, undefined],
  ['a number as it was dialled and in full', { called: ['0030123456'] }, { called: ['+49030123456'] }, 2],
  ['the caller by his number', { called: ['600'] }, { callers: ['030123420'] }, 1],
  ['short numbers that end alike', { called: ['600'], callers: ['1201'] }, {}, undefined],
  ['answered at once', { answeredAt: 3_000 }, {}, 2],
  ['answered two seconds later', { answeredAt: 5_000 }, {}, 2],
  ['answered later than that', { answeredAt: 5_001 }, {}, undefined],
  ['the PBX answered before the phone', { answeredAt: 2_999 }, {}, undefined],
  ['the PBX called before it was called', {}, { startedAt: 999 }, undefined],
  ['the PBX passes the Session-ID on', { called: ['600'], answeredAt: 1_500 }, { sessionId: 'session-a' }, 3],
  ['the PBX passes the Call-ID on', { called: ['600'], answeredAt: 1_500 }, { callId: 'a-1' }, 3],
]

describe('what says that a PBX connects two calls', () => {
  test.each(cases)('%s', (_, to, from, weight) => {
    expect(pairEvidence(toPbx(to), fromPbx(from))?.weight).toBe(weight)
  })
})
