import { beforeEach, describe, expect, it } from 'vitest'
import type { CallRecord, TargetAttempt } from '../../../src/domain/call-record.ts'
import { payerOf } from '../../../src/edge/call-charge.ts'
import { type CallFacts, CallLog } from '../../../src/edge/call-log.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'

const rate = { perMinute: 100, setup: 0, stepSeconds: 60 }
const tried = (more: Partial<TargetAttempt> = {}): TargetAttempt => ({
  path: 'trunk',
  target: 'carrier',
  status: 200,
  tookMs: 5,
  outsideNumber: '+4930',
  rate,
  ...more,
})

let clock: FakeClock
let began: CallRecord[]
let changed: CallRecord[]
let ended: CallRecord[]
let forgotten: string[]

beforeEach(() => {
  clock = new FakeClock(1_000)
  began = []
  changed = []
  ended = []
  forgotten = []
})

function begin(more: Partial<CallFacts> = {}): CallLog {
  const records = {
    began: (record: CallRecord) => began.push(record),
    changed: (record: CallRecord) => changed.push(record),
    forgotten: (id: string) => forgotten.push(id),
    ended: (record: CallRecord) => ended.push(record),
  }
  const facts = { callId: 'c', from: 'sip:a@x', to: 'sip:b@y', source: 'phone' as const, ...more }
  return new CallLog(facts, records, { keep: () => undefined }, clock, silentLog)
}

describe('what is written down of a call', () => {
  it('is there from the first moment, and ends once', () => {
    const log = begin({ payer: '201@site-a.example' })
    expect(began).toMatchObject([{ id: log.id, callId: 'c', status: 0, payer: '201@site-a.example' }])
    log.ended({ status: 486, by: 'callee', cause: 'Busy Here' }, [tried({ status: 486, q850: 17 })])
    log.ended({ status: 500, by: 'box', cause: 'again' })
    expect(ended).toMatchObject([{ status: 486, q850: 17, endedAt: 1_000, outsideNumber: '+4930' }])
  })

  it('says who was reached outside, at what rate, and why the call ended', () => {
    const log = begin()
    log.ringing('trunk', 'carrier', 'leg-1')
    const other = tried({ target: 'other', status: 503, rate: { ...rate, perMinute: 900 } })
    log.answered('trunk', 'carrier', [other, tried()])
    expect(changed.map(({ status }) => status)).toEqual([180, 200])
    clock.advance(60_000)
    log.ended({ status: 200, by: 'caller', cause: 'normal' })
    expect(ended).toMatchObject([{ target: 'carrier', rate, q850: 16, answeredAt: 1_000, endedAt: 61_000 }])
  })

  it('takes the cause of the attempt whose status the caller got, else that of the status', () => {
    const attempts = [tried({ status: 404, q850: 1 }), tried({ status: 503, q850: 34 })]
    begin().ended({ status: 404, by: 'callee', cause: '' }, attempts)
    begin().ended({ status: 487, by: 'caller', cause: 'caller gave up' }, attempts)
    begin().ended({ status: 480, by: 'box', cause: '', q850: 20 })
    expect(ended.map(({ q850 }) => q850)).toEqual([1, 16, 20])
  })

  it('has the word of the rules and the mark of a call for help', () => {
    const log = begin()
    const step = { atMs: 0, asked: '', answer: '', tookMs: 0 }
    log.addSteps([
      { ...step, step: 'target', why: 'first' },
      { ...step, step: 'toll', why: 'within the limits' },
    ])
    const emergency = { number: '112', isTest: true }
    log.planned({ kind: 'targets', targets: [], emergency, why: '' })
    log.ended({ status: 503, by: 'box', cause: 'no target' })
    expect(ended).toMatchObject([{ verdicts: ['within the limits'], emergency: 'test' }])
  })

  it('goes on charging a leg that it has taken over', () => {
    const log = begin({ outside: { outsideNumber: '+4930', rate }, transferredFrom: 'before' })
    log.answered('phone', 'sip:202@x', [])
    log.ended({ status: 200, by: 'callee', cause: 'normal' })
    expect(ended).toMatchObject([{ outsideNumber: '+4930', rate, transferredFrom: 'before' }])
    expect(ended[0]).not.toHaveProperty('outside')
  })

  it('is nothing at all for a challenge', () => {
    const log = begin()
    log.forget()
    log.ended({ status: 407, by: 'box', cause: '' })
    expect([forgotten, ended]).toEqual([[log.id], []])
  })
})

it('the user pays, else the box or PBX that sent the call, and nobody for a call from outside', () => {
  const caller = { user: '201', domain: 'site-a.example' } as never
  expect(payerOf({ source: 'pbx', sourceLabel: 'office', caller })).toBe('201@site-a.example')
  expect(payerOf({ source: 'pbx', sourceLabel: 'office', caller: undefined })).toBe('office')
  expect(payerOf({ source: 'trunk', sourceLabel: 'carrier', caller: undefined })).toBeUndefined()
})
