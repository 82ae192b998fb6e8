import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { type Log, silentLog } from '../../../src/lib/log.ts'
import { CallRecords } from '../../../src/records/call-records.ts'
import { aCall } from '../../support/a-call.ts'
import { MemoryCallStore } from '../../support/memory-record-stores.ts'

const day = 86_400_000
let clock: FakeClock
let store: MemoryCallStore
let records: CallRecords
let errors: string[]

beforeEach(async () => {
  clock = new FakeClock(100 * day)
  store = new MemoryCallStore()
  errors = []
  records = await opened()
})

async function opened(): Promise<CallRecords> {
  const log: Log = { ...silentLog, error: (_, sentence) => errors.push(sentence) }
  const made = new CallRecords({ store, keepDays: 30, log, clock, recentCalls: 2 })
  await made.start()
  return made
}

describe('call records', () => {
  it('shows a call as active until it ends, then as recent', async () => {
    records.began(aCall())
    expect(records.active()).toEqual([aCall()])
    await records.answered(aCall({ answeredAt: 2_000 }))
    expect(records.active()).toEqual([aCall({ answeredAt: 2_000 })])
    records.ended(aCall({ endedAt: 3_000 }))
    expect(records.active()).toEqual([])
    expect(records.recent()).toEqual([aCall({ endedAt: 3_000 })])
  })

  it('remembers only as many as it was told, the latest first', async () => {
    for (const id of ['a', 'b', 'c']) records.ended(aCall({ id, endedAt: 3_000 }))
    expect(records.recent().map(({ id }) => id)).toEqual(['c', 'b'])
    expect((await records.history(5_000, 10)).length).toBe(3)
  })

  it('does not promise an answered call that was not written', async () => {
    store.failWith = new Error('disk')
    await expect(records.answered(aCall())).rejects.toThrow('disk')
  })

  it('says that the end of a call was not written', async () => {
    store.failWith = new Error('disk')
    records.ended(aCall({ endedAt: 3_000 }))
    await new Promise((resolve) => setImmediate(resolve))
    expect(errors).toEqual(['end of call not written'])
    expect(records.recent()).toHaveLength(1)
  })

  it('ends after a restart what the last run left open', async () => {
    const recent = 99 * day
    await records.answered(aCall({ startedAt: recent, answeredAt: recent, status: 200 }))
    records = await opened()
    const cut = aCall({
      startedAt: recent,
      answeredAt: recent,
      status: 200,
      endedAt: clock.now(),
      endedBy: 'box',
      cause: 'box restarted',
    })
    expect(records.recent()).toEqual([cut])
    expect(records.active()).toEqual([])
  })

  it('forgets calls when their time has come', async () => {
    records.ended(aCall({ startedAt: clock.now(), endedAt: clock.now() }))
    clock.advance(29 * day)
    expect(await records.history(Number.MAX_SAFE_INTEGER, 10)).toHaveLength(1)
    clock.advance(2 * day)
    expect(await records.history(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
  })

  it('stops its timer', async () => {
    await records.stop()
    const timers = clock.pendingTimers
    await records.stop()
    expect(timers).toBe(0)
  })
})
