import { afterEach, beforeEach, expect, test } from 'vitest'
import { Database } from '../../../src/drivers/sqlite/database.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'

const insert = (key: string) => ({
  sql: 'INSERT INTO settings (key, value) VALUES (?, ?)',
  values: [key, Buffer.from('x')],
})
let folder: TemporaryFolder
let clock: FakeClock
let database: Database

beforeEach(async () => {
  folder = new TemporaryFolder('write-soon')
  clock = new FakeClock(1_000_000)
  database = new Database({ dataDir: folder.path, log: silentLog, clock })
  await database.start()
})
afterEach(async () => {
  await database.stop()
  folder.remove()
})

const keys = async () =>
  (await database.all<{ key: string }>('SELECT key FROM settings')).map(({ key }) => key)

test('what nobody waits for is written together, a tenth of a second later', async () => {
  const writes = ['a', 'b'].map((key) => database.writeSoon(insert(key)))
  await database.write(insert('urgent'))
  expect(await keys()).toEqual(['urgent'])
  clock.advance(100)
  await Promise.all(writes)
  expect((await keys()).sort()).toEqual(['a', 'b', 'urgent'])
})

test('rows of different tables that come by turns are written, those of one table in their order', async () => {
  const rows = (text: string) => ({
    sql: 'INSERT OR REPLACE INTO settings (key, value) SELECT value->>0, CAST(value->>1 AS BLOB) FROM json_each(?)',
    row: ['rows', text],
  })
  const writes = ['1', '2', '3'].flatMap((text) => [
    database.writeSoon(rows(text)),
    database.writeSoon(insert(`plain ${text}`)),
  ])
  clock.advance(100)
  await Promise.all(writes)
  expect(await database.all("SELECT CAST(value AS TEXT) AS text FROM settings WHERE key = 'rows'")).toEqual([
    { text: '3' },
  ])
  expect((await keys()).sort()).toEqual(['plain 1', 'plain 2', 'plain 3', 'rows'])
})

test('writes with and without fsync may come mixed, and keep their order', async () => {
  const writes = ['a', 'b', 'c', 'd'].map((key, index) =>
    index % 2 === 0 ? database.write(insert(key)) : database.writeUnsynced(insert(key)),
  )
  await Promise.all(writes)
  await database.writeUnsynced(insert('e'))
  await database.write(insert('f'))
  expect(await keys()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
})

test('the end of the box does not lose it', async () => {
  const write = database.writeSoon(insert('last'))
  await database.stop()
  await write
  await database.start()
  expect(await keys()).toEqual(['last'])
})

test('a statement that fails alone is told so, and the next one is written', async () => {
  await expect(
    database.write({ sql: 'INSERT INTO settings (key) VALUES (?)', values: [null] }),
  ).rejects.toThrow()
  await database.write(insert('next'))
  expect(await keys()).toEqual(['next'])
})
