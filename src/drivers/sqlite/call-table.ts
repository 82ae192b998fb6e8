import type { CallRecord } from '../../domain/call-record.ts'
import type { CallStore } from '../../records/call-store.ts'
import { SqliteCallArchive } from './call-archive.ts'
import type { SqlDatabase } from './sql-database.ts'

// A call ends once: what is found in the journal after a crash may be older than what is here.
const saveSql = `
  INSERT INTO calls (id, started_at, ended_at, record)
  SELECT value->>0, value->>1, value->>2, value->>3 FROM json_each(?) WHERE true
  ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, record = excluded.record
  WHERE calls.ended_at IS NULL`
const openSql = 'SELECT record FROM calls WHERE ended_at IS NULL'
const endedSql = `
  SELECT id FROM calls WHERE ended_at IS NOT NULL AND id IN (SELECT value FROM json_each(?))`
const surplusSql = `
  SELECT id FROM calls WHERE started_at <= max(?, coalesce(
    (SELECT started_at FROM calls ORDER BY started_at DESC LIMIT 1 OFFSET ?), -1)) LIMIT ?`
const removeSql = 'DELETE FROM calls WHERE id IN (SELECT value FROM json_each(?))'

const trimmedAtOnce = 1_000

/** Call records on disk: the columns that are searched, and the whole record as JSON. */
export class CallTable extends SqliteCallArchive implements CallStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    super(database)
    this.#database = database
  }

  async save(record: CallRecord): Promise<void> {
    const row = [record.id, record.startedAt, record.endedAt ?? null, JSON.stringify(record)]
    await this.#database.writeSoon({ sql: saveSql, row })
  }

  async ended(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.#database.all<{ id: string }>(endedSql, JSON.stringify(ids))
    return new Set(rows.map(({ id }) => id))
  }

  open(): Promise<CallRecord[]> {
    return this.records(openSql)
  }

  async trim(before: number, most: number): Promise<boolean> {
    const surplus = await this.#database.all<{ id: string }>(surplusSql, before - 1, most, trimmedAtOnce)
    if (surplus.length === 0) return false
    await this.#database.writeUnsynced({
      sql: removeSql,
      values: [JSON.stringify(surplus.map(({ id }) => id))],
    })
    return surplus.length === trimmedAtOnce
  }
}
