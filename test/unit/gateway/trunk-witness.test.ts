import { expect, it } from 'vitest'
import type { CallRecord, TargetAttempt } from '../../../src/domain/call-record.ts'
import { witnessedByTrunks } from '../../../src/gateway/trunk-witness.ts'

const attempt = (target: string, more: Partial<TargetAttempt> = {}): TargetAttempt => ({
  path: 'trunk',
  target,
  status: 503,
  tookMs: 1,
  ...more,
})

it('a trunk hears how its calls went, and not what the box itself would not do', () => {
  const saw: unknown[] = []
  const nothing = () => undefined
  const records = { began: nothing, changed: nothing, forgotten: nothing, ended: nothing }
  const witnessed = witnessedByTrunks(records, { saw: (...words) => saw.push(words) })
  const attempts = [
    attempt('full', { byBox: true }),
    attempt('congested', { q850: 34 }),
    attempt('b.peer.example', { path: 'overlay' }),
    attempt('good', { status: 200 }),
  ]
  const record = { attempts, answeredAt: 1 } as unknown as CallRecord
  witnessed.changed(record)
  witnessed.changed({ ...record, endedAt: 2 })
  witnessed.ended({ ...record, endedAt: 2 })
  expect(saw).toEqual([
    ['congested', 503, 34],
    ['good', 200, undefined],
  ])
})
