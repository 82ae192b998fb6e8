import { beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../../src/lib/log.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { DecisionRecords } from '../../../src/records/decision-records.ts'
import { aDecision } from '../../support/a-call.ts'
import { MemoryDecisionStore } from '../../support/memory-record-stores.ts'

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
let store: MemoryDecisionStore
let warnings: string[]
let records: DecisionRecords

beforeEach(async () => {
  store = new MemoryDecisionStore()
  warnings = []
  const log: Log = { ...silentLog, warn: (_, sentence) => warnings.push(sentence) }
  records = new DecisionRecords({ store, keepDecisions: 150, log, recentDecisions: 2 })
  await records.start()
})

describe('decision records', () => {
  it('finds a decision in memory and, when it is older, on disk', async () => {
    for (const callId of ['a', 'b', 'c']) records.keep(aDecision({ callId }))
    expect(records.recent().map(({ callId }) => callId)).toEqual(['c', 'b'])
    await settled()
    expect((await records.find('a'))?.callId).toBe('a')
    expect((await records.find('c'))?.callId).toBe('c')
  })

  it('keeps about as many on disk as it was told', async () => {
    for (let i = 0; i < 400; i++) {
      records.keep(aDecision({ callId: `call-${i}` }))
      await settled()
    }
    expect((await store.list(1_000)).length).toBeLessThanOrEqual(150)
  })

  it('warns, and lets the call go on, when the disk fails', async () => {
    store.failWith = new Error('disk')
    records.keep(aDecision())
    await settled()
    expect(warnings).toEqual(['decision record not written'])
    expect(records.recent()).toHaveLength(1)
  })
})
