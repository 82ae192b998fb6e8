import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CallTable } from '../../../src/drivers/sqlite/call-table.ts'
import { Database } from '../../../src/drivers/sqlite/database.ts'
import { DecisionTable } from '../../../src/drivers/sqlite/decision-table.ts'
import { silentLog } from '../../../src/lib/log.ts'
import type { CallStore } from '../../../src/records/call-store.ts'
import type { DecisionStore } from '../../../src/records/decision-store.ts'
import { aCall, aDecision } from '../../support/a-call.ts'
import { MemoryCallStore, MemoryDecisionStore } from '../../support/memory-record-stores.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'

interface OpenStores {
  readonly calls: CallStore
  readonly decisions: DecisionStore
  close(): Promise<void>
}

const implementations: [name: string, open: () => Promise<OpenStores>][] = [
  [
    'memory',
    async () => ({
      calls: new MemoryCallStore(),
      decisions: new MemoryDecisionStore(),
      close: async () => undefined,
    }),
  ],
  [
    'sqlite',
    async () => {
      const folder = new TemporaryFolder('store')
      const database = new Database({ dataDir: folder.path, log: silentLog })
      await database.start()
      const close = async (): Promise<void> => {
        await database.stop()
        folder.remove()
      }
      return { calls: new CallTable(database), decisions: new DecisionTable(database), close }
    },
  ],
]

describe.each(implementations)('record stores: %s', (_, open) => {
  let stores: OpenStores

  beforeEach(async () => {
    stores = await open()
  })
  afterEach(() => stores.close())

  it('gives back a whole call', async () => {
    const call = aCall({
      path: 'trunk',
      target: 'carrier "A"',
      answeredAt: 2_000,
      endedAt: 3_000,
      endedBy: 'callee',
      status: 200,
      attempts: [{ path: 'trunk', target: 'carrier', status: 200, tookMs: 12 }],
    })
    await stores.calls.save(call)
    expect(await stores.calls.list(Number.MAX_SAFE_INTEGER, 10)).toEqual([call])
  })

  it('replaces a call by what became of it', async () => {
    await stores.calls.save(aCall())
    expect(await stores.calls.open()).toEqual([aCall()])
    await stores.calls.save(aCall({ endedAt: 3_000 }))
    expect(await stores.calls.open()).toEqual([])
    expect(await stores.calls.list(Number.MAX_SAFE_INTEGER, 10)).toHaveLength(1)
  })

  it('lists the newest calls first, from any time back, and forgets old ones', async () => {
    for (const [index, id] of ['a', 'b', 'c'].entries())
      await stores.calls.save(aCall({ id, startedAt: 1_000 + index }))
    const ids = async (before: number, limit: number): Promise<string[]> =>
      (await stores.calls.list(before, limit)).map(({ id }) => id)
    expect(await ids(5_000, 2)).toEqual(['c', 'b'])
    expect(await ids(1_001, 2)).toEqual(['a'])
    expect(await stores.calls.trim(1_001, 9)).toBe(false)
    expect(await ids(5_000, 9)).toEqual(['c', 'b'])
    await stores.calls.trim(0, 1)
    expect(await ids(5_000, 9)).toEqual(['c'])
  })

  it('never changes a call that has ended', async () => {
    const over = aCall({ endedAt: 3_000, cause: 'normal' })
    await stores.calls.save(aCall())
    await stores.calls.save(over)
    await stores.calls.save(aCall({ endedAt: 9_000, cause: 'box restarted' }))
    await stores.calls.save(aCall())
    expect(await stores.calls.find('a')).toEqual([over])
    expect(await stores.calls.ended(['a', 'b'])).toEqual(new Set(['a']))
  })

  it('pages through the calls of a time, oldest first, calls of the same moment too', async () => {
    for (const [index, id] of ['e', 'd', 'c', 'b', 'a'].entries())
      await stores.calls.save(aCall({ id, callId: `call-${id}`, startedAt: 1_000 + Math.floor(index / 2) }))
    const span = { from: 1_000, to: 1_002 }
    const first = await stores.calls.page(span, undefined, 3)
    expect(first.map(({ id }) => id)).toEqual(['d', 'e', 'b'])
    expect((await stores.calls.page(span, first.at(-1), 3)).map(({ id }) => id)).toEqual(['c'])
    expect((await stores.calls.find('call-a')).map(({ id }) => id)).toEqual(['a'])
  })

  it('finds the latest decision about a call and keeps the newest', async () => {
    const { decisions } = stores
    for (const status of [1, 2, 3]) await decisions.add(aDecision({ status }))
    await decisions.add(aDecision({ callId: 'call-b' }))
    expect(await decisions.find('call-a')).toEqual(aDecision({ status: 3 }))
    expect(await decisions.find('call-x')).toBeUndefined()
    await decisions.trim(2)
    expect(await decisions.list(9)).toEqual([aDecision({ callId: 'call-b' }), aDecision({ status: 3 })])
  })
})
