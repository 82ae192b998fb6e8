import { describe, expect, it } from 'vitest'
import type { CallRecord, TargetAttempt } from '../../../src/domain/call-record.ts'
import { HangUpWitness } from '../../../src/gateway/hang-up-witness.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'

const attempt = (status: number, legId: string): TargetAttempt => {
  return { path: 'trunk', target: 'lines', status, q850: 41, tookMs: 5, legId }
}

function aRecord(more: Partial<CallRecord>): CallRecord {
  return {
    id: 'a',
    callId: 'call-1',
    from: 'sip:201@site-a.example',
    to: 'tel:+4930200',
    source: 'phone',
    path: 'trunk',
    target: 'lines',
    startedAt: 0,
    answeredAt: undefined,
    endedAt: 10,
    status: 503,
    q850: 41,
    endedBy: 'box',
    cause: '',
    attempts: [],
    ...more,
  }
}

function witness({ isWatched = true } = {}) {
  const clock = new FakeClock()
  const causes = new Map<string, number>()
  const ended: CallRecord[] = []
  const part = new HangUpWitness({
    causes: { causeOf: (callId) => causes.get(callId) },
    isWatched: () => isWatched,
    clock,
    log: silentLog,
  })
  const records = part.over({
    began: () => undefined,
    changed: () => undefined,
    forgotten: () => undefined,
    ended: (record) => ended.push(record),
  })
  return { clock, causes, ended, part, records }
}

describe('the record of a call that went by an Asterisk', () => {
  it('has the cause that Asterisk told before the call ended', () => {
    const { causes, ended, records } = witness()
    causes.set('a-1', 34)
    records.ended(aRecord({ attempts: [attempt(503, 'a-1')] }))
    expect(ended).toMatchObject([{ q850: 34, attempts: [{ q850: 34 }] }])
  })

  it('waits a moment for a cause that is on its way', () => {
    const { causes, clock, ended, records } = witness()
    records.ended(aRecord({ attempts: [attempt(503, 'a-1')] }))
    expect(ended).toEqual([])
    causes.set('a-1', 42)
    clock.advance(200)
    expect(ended).toMatchObject([{ q850: 42 }])
  })

  it('is written as it is when Asterisk does not say, and when the box stops', async () => {
    const { clock, ended, part, records } = witness()
    records.ended(aRecord({ attempts: [attempt(503, 'a-1')] }))
    clock.advance(200)
    records.ended(aRecord({ id: 'b', attempts: [attempt(503, 'b-1')] }))
    await part.stop()
    clock.advance(1_000)
    expect(ended).toMatchObject([
      { id: 'a', q850: 41 },
      { id: 'b', q850: 41 },
    ])
    expect(ended).toHaveLength(2)
  })

  it('does not wait for an Asterisk that is away', () => {
    const { ended, records } = witness({ isWatched: false })
    records.ended(aRecord({ attempts: [attempt(503, 'a-1')] }))
    expect(ended).toHaveLength(1)
  })

  it('says why the far end hung up, and not what it said when we did', () => {
    const { causes, ended, records } = witness()
    causes.set('a-1', 38)
    const talked = { status: 200, q850: 16, answeredAt: 5, attempts: [attempt(200, 'a-1')] }
    records.ended(aRecord({ ...talked, endedBy: 'callee' }))
    records.ended(aRecord({ ...talked, endedBy: 'caller' }))
    expect(ended.map(({ q850 }) => q850)).toEqual([38, 16])
  })
})
