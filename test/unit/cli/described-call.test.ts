import { expect, it } from 'vitest'
import { describeCall } from '../../../src/cli/described-call.ts'
import { aCall, aDecision } from '../../support/a-call.ts'

it('says who, when, what became of it, what was tried and why', () => {
  const record = aCall({
    sourceLabel: '201@site-a.example',
    answeredAt: 6_000,
    endedAt: 66_000,
    status: 200,
    q850: 16,
    cause: 'hung up',
    endedBy: 'caller',
    payer: '201@site-a.example',
    cost: 1_250,
    attempts: [{ path: 'trunk', target: 'carrier', status: 503, reason: 'Busy', tookMs: 12.3 }],
    verdicts: ['within the limits'],
  })
  expect(describeCall({ record, decision: aDecision() }).split('\n')).toEqual([
    'call      a (Call-ID call-a)',
    'from      sip:201@site-a.example, by phone 201@site-a.example',
    'to        sip:202@site-a.example',
    'began     1970-01-01T00:00:01.000Z',
    'answered  1970-01-01T00:00:06.000Z',
    'ended     1970-01-01T00:01:06.000Z',
    'outcome   200, cause 16 (normal call clearing), hung up, ended by the caller',
    'paid by   201@site-a.example',
    'cost      1.250',
    'tried     trunk carrier: 503 Busy in 12 ms',
    'rules     within the limits',
    'why       registration: 202: 1 phone: it is here',
  ])
})

it('leaves out what is not known', () => {
  const text = describeCall({ record: aCall({ cause: 'being set up' }), decision: undefined })
  expect(text).not.toMatch(/^(answered|ended|cost|tried|why)/m)
})
