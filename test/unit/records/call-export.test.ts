import { expect, it } from 'vitest'
import type { CallRecord } from '../../../src/domain/call-record.ts'
import { type CallFilter, type ExportFormat, exportCalls } from '../../../src/records/call-export.ts'
import { aCall } from '../../support/a-call.ts'
import { MemoryCallStore } from '../../support/memory-record-stores.ts'

async function exported(calls: readonly CallRecord[], filter: CallFilter, format: ExportFormat = 'jsonl') {
  const store = new MemoryCallStore()
  for (const call of calls) await store.save(call)
  const chunks: string[] = []
  for await (const chunk of exportCalls(store, filter, format)) chunks.push(chunk)
  const lines = chunks.join('').trim().split('\n').filter(Boolean)
  return { chunks, ids: format === 'jsonl' ? lines.map((line): string => JSON.parse(line).id) : lines }
}

const calls = Array.from({ length: 1_200 }, (_, n) =>
  // three calls in each millisecond
  aCall({ id: String(n).padStart(5, '0'), startedAt: 1_000 + Math.floor(n / 3), endedAt: 9_000 }),
)

it('gives each call once, oldest first, a few hundred at a time', async () => {
  const { chunks, ids } = await exported(calls, {})
  expect(ids).toEqual(calls.map(({ id }) => id))
  expect(chunks.length).toBe(3)
})

it('gives the calls of a time, its first moment included and its last one not', async () => {
  expect((await exported(calls, { from: 1_001, to: 1_003 })).ids).toEqual(
    calls.slice(3, 9).map(({ id }) => id),
  )
})

it('gives only what is asked for, and no call that is still up', async () => {
  const some = [
    aCall({ id: 'a', endedAt: 2_000, path: 'trunk', target: 'carrier', answeredAt: 1_500 }),
    aCall({ id: 'b', endedAt: 2_000, path: 'trunk', target: 'other', payer: '201@site-a.example' }),
    aCall({ id: 'c', path: 'trunk', target: 'carrier' }),
  ]
  expect((await exported(some, { target: 'carrier' })).ids).toEqual(['a'])
  expect((await exported(some, { path: 'trunk', answered: false })).ids).toEqual(['b'])
  expect((await exported(some, { payer: '201@site-a.example' })).ids).toEqual(['b'])
  expect((await exported(some, { source: 'pbx' }, 'csv')).chunks).toHaveLength(1)
})
