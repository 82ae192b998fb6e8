import { beforeEach, describe, expect, it } from 'vitest'
import type { CallRecord } from '../../../src/domain/call-record.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { type Log, silentLog } from '../../../src/lib/log.ts'
import { CallRecords } from '../../../src/records/call-records.ts'
import { aCall } from '../../support/a-call.ts'
import { MemoryCallJournal, MemoryCallStore } from '../../support/memory-record-stores.ts'

const day = 86_400_000
const rate = { perMinute: 100, setup: 10, stepSeconds: 60 }
let clock: FakeClock
let store: MemoryCallStore
let journal: MemoryCallJournal
let records: CallRecords
let errors: string[]
let finished: CallRecord[]

beforeEach(async () => {
  clock = new FakeClock(100 * day)
  store = new MemoryCallStore()
  journal = new MemoryCallJournal()
  errors = []
  finished = []
  records = await opened()
})

async function opened(): Promise<CallRecords> {
  const log: Log = { ...silentLog, error: (_, sentence) => errors.push(sentence) }
  const made = new CallRecords({
    store,
    journal,
    keepDays: 30,
    mostCalls: 5,
    classOf: (number) => (number.startsWith('+49') ? 'national' : 'international'),
    onFinished: (record) => finished.push(record),
    log,
    clock,
    recentCalls: 2,
  })
  await made.start()
  return made
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const everything = () => records.history(Number.MAX_SAFE_INTEGER, 100)

describe('call records', () => {
  it('shows a call as active until it ends, then as recent', () => {
    records.began(aCall())
    expect(records.active()).toEqual([aCall()])
    records.changed(aCall({ answeredAt: 2_000 }))
    expect(records.active()).toEqual([aCall({ answeredAt: 2_000 })])
    records.ended(aCall({ endedAt: 3_000 }))
    expect(records.active()).toEqual([])
    expect(records.recent()).toEqual([aCall({ endedAt: 3_000 })])
    expect(finished).toHaveLength(1)
  })

  it('remembers only as many as it was told, the latest first', async () => {
    for (const id of ['a', 'b', 'c']) records.ended(aCall({ id, endedAt: 3_000 }))
    expect(records.recent().map(({ id }) => id)).toEqual(['c', 'b'])
    expect(await everything()).toHaveLength(3)
  })

  it('has every attempt in the journal before the call goes on, and no challenge', () => {
    records.began(aCall({ id: 'a' }))
    records.began(aCall({ id: 'b' }))
    records.forgotten('b')
    expect([...journal.noted.keys()]).toEqual(['a'])
    expect(records.active().map(({ id }) => id)).toEqual(['a'])
  })

  it('says the class of the number that was called and what the call cost', () => {
    const call = { outsideNumber: '+49301234567', rate, path: 'trunk' as const, target: 'carrier' }
    records.ended(aCall({ ...call, answeredAt: 2_000, endedAt: 63_000 }))
    records.ended(aCall({ ...call, id: 'b', endedAt: 63_000 }))
    const [notAnswered, answered] = records.recent()
    expect(answered).toMatchObject({ callClass: 'national', cost: 210 })
    expect(notAnswered).toMatchObject({ callClass: 'national' })
    expect(notAnswered?.cost).toBeUndefined()
    expect(records.counts).toMatchObject({ finished: 2, answered: 1, costs: new Map([['carrier', 210]]) })
  })

  it('offers an end that was not stored again, and keeps it in the journal until then', async () => {
    store.failWith = new Error('disk')
    records.ended(aCall({ endedAt: 3_000 }))
    await settled()
    expect(errors).toEqual(['end of call not stored yet'])
    expect(records.counts.unsaved).toBe(1)
    expect([...journal.noted.keys()]).toEqual(['a'])
    store.failWith = undefined
    clock.advance(5_000)
    await settled()
    expect(await everything()).toHaveLength(1)
    expect(records.counts.unsaved).toBe(0)
    expect(journal.noted.size).toBe(0)
  })

  it('puts an answered call into the database when the journal is behind', async () => {
    journal.isBehind = true
    records.changed(aCall({ answeredAt: 2_000 }))
    await settled()
    expect(await store.open()).toHaveLength(1)
  })

  it('forgets calls when their time has come, and the oldest of too many', async () => {
    for (let n = 0; n < 7; n++)
      records.ended(aCall({ id: `${n}`, startedAt: clock.now() + n, endedAt: clock.now() + n }))
    await settled()
    clock.advance(day)
    await settled()
    expect((await everything()).map(({ id }) => id)).toEqual(['6', '5', '4', '3', '2'])
    clock.advance(31 * day)
    await settled()
    expect(await everything()).toEqual([])
  })

  it('stops its timer', async () => {
    await records.stop()
    const timers = clock.pendingTimers
    await records.stop()
    expect(timers).toBe(0)
  })
})

describe('after a crash', () => {
  const started = 99 * day

  async function crashed(...calls: readonly Partial<CallRecord>[]): Promise<void> {
    for (const call of calls) records.began(aCall({ startedAt: started, ...call }))
    journal.crash()
    journal.lastSignOfLife = started + 60_000
    records = await opened()
  }

  it('every call that was open is closed when the box was last alive', async () => {
    await crashed(
      { id: 'talking', status: 200, answeredAt: started + 1_000, rate, outsideNumber: '+4930' },
      { id: 'ringing', status: 180 },
    )
    const byId = new Map((await everything()).map((record) => [record.id, record]))
    const cut = { endedAt: started + 60_000, endedBy: 'box', cause: 'box restarted', q850: 41 }
    expect(byId.get('talking')).toMatchObject({ ...cut, status: 200, cost: 110 })
    expect(byId.get('ringing')).toMatchObject({ ...cut, status: 503 })
    expect(records.active()).toEqual([])
    expect(finished).toHaveLength(2)
    expect(journal.found().calls).toEqual([])
  })

  it('an end that was not stored any more is', async () => {
    await crashed({ endedAt: started + 500, cause: 'normal' })
    expect(await everything()).toMatchObject([{ endedAt: started + 500, cause: 'normal' }])
  })

  it('a call that was stored with its end stays as it is, and nobody hears of it again', async () => {
    const over = aCall({ startedAt: started, endedAt: started + 500, cause: 'normal' })
    await store.save(over)
    await crashed({})
    expect(await everything()).toEqual([over])
    expect(finished).toEqual([])
  })

  it('a call that only the database knows is closed too, at the latest moment that is known of it', async () => {
    await store.save(aCall({ startedAt: started, answeredAt: started + 1_000 }))
    records = await opened()
    expect(await everything()).toMatchObject([{ endedAt: started + 1_000, cause: 'box restarted' }])
  })
})
