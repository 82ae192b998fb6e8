import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Connection } from '../../../src/drivers/sqlite/connection.ts'
import { Database } from '../../../src/drivers/sqlite/database.ts'
import { SettingTable } from '../../../src/drivers/sqlite/setting-table.ts'
import type { SqlCommand } from '../../../src/drivers/sqlite/sql-command.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { TemporaryFolder } from '../../support/temporary-folder.ts'

let folder: TemporaryFolder
let database: Database

beforeEach(() => {
  folder = new TemporaryFolder('database')
  database = new Database({ dataDir: folder.path, log: silentLog })
})
afterEach(async () => {
  await database.stop()
  folder.remove()
})

const put = (key: string, value: string | null): SqlCommand => ({
  sql: 'INSERT INTO settings (key, value) VALUES (?, ?)',
  values: [key, value === null ? null : Buffer.from(value)],
})
const keys = async (): Promise<string[]> =>
  (await database.all<{ key: string }>('SELECT key FROM settings ORDER BY key')).map(({ key }) => key)

describe('database', () => {
  it('keeps what was written over a restart, for the owner of the file only', async () => {
    await database.start()
    await database.write(put('a', '1'))
    await database.stop()
    await database.start()
    expect(await keys()).toEqual(['a'])
    expect((await stat(database.file)).mode & 0o077).toBe(0)
  })

  it('makes each write whole or not at all, and lets none spoil another', async () => {
    await database.start()
    const outcomes = await Promise.allSettled([
      database.write(put('a', '1')),
      database.write(put('b', '1'), put('c', null)),
      database.write(put('a', '2')),
      database.write(put('d', '1'), put('e', '1')),
      database.write({ sql: 'no sql', values: [] }),
      database.write(put('f', '1')),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect(await keys()).toEqual(['a', 'd', 'e', 'f'])
  })

  it('shows a read nothing that is not durable', async () => {
    await database.start()
    const written = database.write(...Array.from({ length: 500 }, (_, i) => put(`k${i}`, '1')))
    const seen = (await keys()).length
    await written
    expect([0, 500]).toContain(seen)
    expect(await keys()).toHaveLength(500)
  })

  it('finishes at its stop what was promised before it', async () => {
    await database.start()
    const writes = Array.from({ length: 2_500 }, (_, i) => database.write(put(`k${i}`, '1')))
    await database.stop()
    await Promise.all(writes)
    await expect(database.write(put('late', '1'))).rejects.toThrow(/closed/)
    await database.start()
    expect(await keys()).toHaveLength(2_500)
  })

  it('takes no more than it can hold', async () => {
    await database.start()
    const sql = "INSERT INTO settings (key, value) SELECT value->>0, x'00' FROM json_each(?)"
    const many = Array.from({ length: 50_000 }, (_, i) => ({ sql, row: [`k${i}`] }))
    const first = database.write(...many)
    await expect(database.write(put('x', '1'))).rejects.toMatchObject({
      name: 'WriteQueueFull',
      sipStatus: 503,
    })
    await first
    await database.write(put('x', '1'))
  })

  it('backs up into a file that can take its place', async () => {
    await database.start()
    await database.write(put('a', '1'))
    const copy = await database.backups.add(Date.UTC(2026, 10, 21, 10, 59, 0), 7, (file) =>
      database.backup(file),
    )
    expect(copy).toBe(join(folder.path, 'backups', 'causeway-20261121T105900.db'))
    await database.write(put('b', '1'))
    await database.stop()
    await copyFile(copy, database.file)
    await database.start()
    expect(await keys()).toEqual(['a'])
  })

  it('makes a setting once', async () => {
    await database.start()
    const settings = new SettingTable(database)
    const made = await settings.getOrMake('secret', () => Buffer.from('one'))
    const again = await settings.getOrMake('secret', () => Buffer.from('two'))
    expect(Buffer.from(again)).toEqual(Buffer.from(made))
  })
})

describe('a database that cannot be used', () => {
  const refusal = async (): Promise<string> => {
    const error = await database.start().then(
      () => new Error('it started'),
      (thrown: Error) => thrown,
    )
    expect(error.name).toBe('DatabaseUnusable')
    expect(error.message).toContain(database.file)
    expect(error.message).toContain('docs/operate/backup.md')
    return error.message
  }

  it('is refused when it is no database, naming the newest backup', async () => {
    await writeFile(
      database.file,
      'this is not a database, and long enough to be looked at as one'.repeat(50),
    )
    expect(await refusal()).toMatch(/not a database.*causeway\.db\.corrupt-\d.*no backup yet/)
    const backup = join(folder.path, 'backups', 'causeway-20261120T030000.db')
    await mkdir(join(folder.path, 'backups'))
    await writeFile(backup, '')
    await writeFile(join(folder.path, 'backups', 'causeway-20261119T030000.db'), '')
    expect(await refusal()).toContain(`copy the newest backup ${backup} to`)
  })

  it('is refused when a page is damaged, and left as it is', async () => {
    await database.start()
    await database.write(...Array.from({ length: 2_000 }, (_, i) => put(`key-${i}`, 'v'.repeat(100))))
    await database.stop()
    const bytes = await readFile(database.file)
    bytes.fill(0xa5, bytes.length - 20_000, bytes.length - 12_000)
    await writeFile(database.file, bytes)
    await refusal()
    expect(await readFile(database.file)).toEqual(bytes)
  })

  it('is refused when a newer version wrote it', async () => {
    await database.start()
    await database.stop()
    const connection = await Connection.open(database.file, 'write')
    await connection.exec('PRAGMA user_version = 99')
    await connection.close()
    expect(await refusal()).toMatch(/newer Causeway.*schema 99/)
  })

  it('is refused when it belongs to another program', async () => {
    const connection = await Connection.open(database.file, 'write')
    await connection.exec('CREATE TABLE other (id INTEGER)')
    await connection.close()
    expect(await refusal()).toContain('another program')
  })

  it('is refused when its folder cannot be made', async () => {
    await writeFile(join(folder.path, 'file'), '')
    database = new Database({ dataDir: join(folder.path, 'file', 'data'), log: silentLog })
    expect(await refusal()).toContain('box.dataDir')
  })
})
