import type { PbxLeg } from '../../../../src/edge/rescue/pbx-leg.ts'

/** 201 calls 202: his call to the PBX, answered after two seconds. */
export function toPbx(more: Partial<PbxLeg> = {}): PbxLeg {
  return {
    call: 'a',
    pbx: 'office',
    way: 'to',
    callId: 'a-1',
    sessionId: 'session-a',
    startedAt: 1_000,
    answeredAt: 3_005,
    callers: ['201', '+4930123420'],
    called: ['202'],
    ours: '192.0.2.1:4000',
    theirs: '192.0.2.30:5000',
    ...more,
  }
}

/** The PBX's call to 202, which belongs to it. */
export function fromPbx(more: Partial<PbxLeg> = {}): PbxLeg {
  return {
    ...toPbx(),
    call: 'b',
    way: 'from',
    callId: 'made-by-pbx',
    sessionId: 'session-b',
    startedAt: 1_010,
    answeredAt: 3_000,
    callers: ['201'],
    ours: '192.0.2.1:4002',
    theirs: '192.0.2.30:5002',
    ...more,
  }
}
