import { afterEach, beforeEach, expect, it } from 'vitest'
import { Database } from '../../../src/drivers/sqlite/database.ts'
import { NoticeTable } from '../../../src/drivers/sqlite/notice-table.ts'
import { silentLog } from '../../../src/lib/log.ts'
import type { QueuedNotice } from '../../../src/notice/notice-target.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'

let folder: TemporaryFolder
let database: Database

beforeEach(async () => {
  folder = new TemporaryFolder('notices')
  database = new Database({ dataDir: folder.path, log: silentLog })
  await database.start()
})
afterEach(async () => {
  await database.stop()
  folder.remove()
})

const queued = (number: number): QueuedNotice => ({
  number,
  target: 'desk',
  id: `id-${number}`,
  notice: { event: 'trunk', at: 1_000, summary: 'a "word"', facts: { trunk: 'carrier', calls: [1, null] } },
})

it('gives back whole notices in their order, without those that are done', async () => {
  const table = new NoticeTable(database)
  await Promise.all([2, 1, 3].map((number) => table.add(queued(number))))
  // Nobody waits for the add before the removal.
  await Promise.all([table.add(queued(4)), table.remove(4), table.remove(2)])
  expect(await table.load()).toEqual([queued(1), queued(3)])
})
