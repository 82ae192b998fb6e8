import type { DecisionRecord } from '../../domain/decision-record.ts'
import type { DecisionStore } from '../../records/decision-store.ts'
import type { SqlDatabase } from './sql-database.ts'

interface DecisionRow {
  readonly record: string
}

const addSql = `
  INSERT INTO decisions (call_id, record)
  SELECT value->>0, value->>1 FROM json_each(?)`
const trimSql = 'DELETE FROM decisions WHERE number <= (SELECT max(number) FROM decisions) - ?'
const findSql = 'SELECT record FROM decisions WHERE call_id = ? ORDER BY number DESC LIMIT 1'
const listSql = 'SELECT record FROM decisions ORDER BY number DESC LIMIT ?'

/** Decision records on disk. */
export class DecisionTable implements DecisionStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  async add(record: DecisionRecord): Promise<void> {
    await this.#database.writeSoon({ sql: addSql, row: [record.callId, JSON.stringify(record)] })
  }

  async trim(keep: number): Promise<void> {
    await this.#database.writeUnsynced({ sql: trimSql, values: [keep] })
  }

  async find(callId: string): Promise<DecisionRecord | undefined> {
    return findDecision(this.#database, callId)
  }

  async list(limit: number): Promise<DecisionRecord[]> {
    return (await this.#database.all<DecisionRow>(listSql, limit)).map((row) => JSON.parse(row.record))
  }
}

/** The newest record of that call. */
export async function findDecision(
  database: Pick<SqlDatabase, 'all'>,
  callId: string,
): Promise<DecisionRecord | undefined> {
  const [row] = await database.all<DecisionRow>(findSql, callId)
  return row && JSON.parse(row.record)
}
