import type { CallRecord } from '../../domain/call-record.ts'
import type { CallStore } from '../../records/call-store.ts'
import type { SqlDatabase } from './sql-database.ts'

interface CallRow {
  readonly record: string
}

const saveSql = `
  INSERT OR REPLACE INTO calls (id, started_at, ended_at, record)
  SELECT value->>0, value->>1, value->>2, value->>3 FROM json_each(?)`
const openSql = 'SELECT record FROM calls WHERE ended_at IS NULL'
const listSql = 'SELECT record FROM calls WHERE started_at < ? ORDER BY started_at DESC LIMIT ?'
const removeBeforeSql = 'DELETE FROM calls WHERE started_at < ?'

/** Call records on disk: the columns that are searched, and the whole record as JSON. */
export class CallTable implements CallStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  async save(record: CallRecord): Promise<void> {
    const row = [record.id, record.startedAt, record.endedAt ?? null, JSON.stringify(record)]
    // The answer to a call waits until its record outlives the process; for its end nobody waits.
    if (record.endedAt === undefined) await this.#database.writeUnsynced({ sql: saveSql, row })
    else await this.#database.writeSoon({ sql: saveSql, row })
  }

  async open(): Promise<CallRecord[]> {
    return (await this.#database.all<CallRow>(openSql)).map(readRow)
  }

  async list(before: number, limit: number): Promise<CallRecord[]> {
    return (await this.#database.all<CallRow>(listSql, before, limit)).map(readRow)
  }

  async removeBefore(time: number): Promise<void> {
    await this.#database.write({ sql: removeBeforeSql, values: [time] })
  }
}

// JSON leaves out what is undefined; the type asks for the keys.
function readRow({ record }: CallRow): CallRecord {
  return {
    path: undefined,
    target: undefined,
    answeredAt: undefined,
    endedAt: undefined,
    endedBy: undefined,
    ...JSON.parse(record),
  }
}
