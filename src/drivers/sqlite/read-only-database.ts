import { join } from 'node:path'
import { Connection, type SqlValue } from './connection.ts'

/** The database of a box that may be running, for a program beside it that only reads. */
export class ReadOnlyDatabase {
  readonly #connection: Connection

  private constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Rejects when there is no database, or it cannot be read. */
  static async open(dataDir: string): Promise<ReadOnlyDatabase> {
    return new ReadOnlyDatabase(await Connection.open(join(dataDir, 'causeway.db'), 'read'))
  }

  all<Row>(sql: string, ...values: readonly SqlValue[]): Promise<Row[]> {
    return this.#connection.all<Row>(sql, values)
  }

  close(): Promise<void> {
    return this.#connection.close()
  }
}
