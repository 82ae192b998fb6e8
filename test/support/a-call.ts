import type { CallRecord } from '../../src/domain/call-record.ts'
import type { DecisionRecord } from '../../src/domain/decision-record.ts'

/** A call that is being set up, with what matters replaced. */
export function aCall(more: Partial<CallRecord> = {}): CallRecord {
  return {
    id: 'a',
    callId: 'call-a',
    from: 'sip:201@site-a.example',
    to: 'sip:202@site-a.example',
    source: 'phone',
    path: undefined,
    target: undefined,
    startedAt: 1_000,
    answeredAt: undefined,
    endedAt: undefined,
    status: 0,
    endedBy: undefined,
    cause: '',
    attempts: [],
    ...more,
  }
}

export function aDecision(more: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    callId: 'call-a',
    startedAt: 1_000,
    from: 'sip:201@site-a.example',
    to: 'sip:202@site-a.example',
    steps: [
      { atMs: 0, step: 'registration', asked: '202', answer: '1 phone', tookMs: 0.1, why: 'it is here' },
    ],
    status: 200,
    ...more,
  }
}
