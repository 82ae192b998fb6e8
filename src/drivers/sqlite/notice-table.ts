import type { NoticeStore } from '../../notice/notice-store.ts'
import type { QueuedNotice } from '../../notice/notice-target.ts'
import type { SqlDatabase } from './sql-database.ts'

interface NoticeRow {
  readonly number: number
  readonly target: string
  readonly notice: string
}

const loadSql = 'SELECT number, target, notice FROM notices ORDER BY number'
const addSql = `
  INSERT INTO notices (number, target, notice)
  SELECT value->>0, value->>1, value->>2 FROM json_each(?)`
const removeSql = 'DELETE FROM notices WHERE number IN (SELECT value->>0 FROM json_each(?))'

/** Notices that have not arrived yet, on disk. */
export class NoticeTable implements NoticeStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  async load(): Promise<QueuedNotice[]> {
    const rows = await this.#database.all<NoticeRow>(loadSql)
    return rows.map(({ number, target, notice }) => ({ number, target, ...JSON.parse(notice) }))
  }

  async add({ number, target, id, notice }: QueuedNotice): Promise<void> {
    await this.#database.writeUnsynced({ sql: addSql, row: [number, target, JSON.stringify({ id, notice })] })
  }

  /** Never overtakes the `add`: that one is not held back. */
  async remove(number: number): Promise<void> {
    await this.#database.writeSoon({ sql: removeSql, row: [number] })
  }
}
