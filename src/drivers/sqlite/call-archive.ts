import type { CallRecord } from '../../domain/call-record.ts'
import type { CallArchive, CallPlace, CallSpan } from '../../records/call-store.ts'
import type { SqlDatabase } from './sql-database.ts'

interface CallRow {
  readonly record: string
}

const listSql = 'SELECT record FROM calls WHERE started_at < ? ORDER BY started_at DESC LIMIT ?'
const pageSql = `
  SELECT record FROM calls WHERE started_at < ? AND (started_at, id) > (?, ?) ORDER BY started_at, id LIMIT ?`
const findSql = 'SELECT record FROM calls WHERE id = ?'
const findByCallIdSql = `
  SELECT record FROM calls WHERE record->>'callId' = ? ORDER BY started_at DESC LIMIT 10`

/** Call records as they are on disk. */
export class SqliteCallArchive implements CallArchive {
  readonly #database: Pick<SqlDatabase, 'all'>

  constructor(database: Pick<SqlDatabase, 'all'>) {
    this.#database = database
  }

  list(before: number, limit: number): Promise<CallRecord[]> {
    return this.records(listSql, before, limit)
  }

  page({ from, to }: CallSpan, after: CallPlace | undefined, limit: number): Promise<CallRecord[]> {
    // No id is smaller than the empty one.
    const { startedAt, id } = after ?? { startedAt: from, id: '' }
    return this.records(pageSql, to, startedAt, id, limit)
  }

  async find(idOrCallId: string): Promise<CallRecord[]> {
    const found = await this.records(findSql, idOrCallId)
    return found.length > 0 ? found : this.records(findByCallIdSql, idOrCallId)
  }

  protected async records(sql: string, ...values: readonly (string | number)[]): Promise<CallRecord[]> {
    return (await this.#database.all<CallRow>(sql, ...values)).map(readRow)
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
