import { join } from 'node:path'
import { Connection, type SqlValue } from './connection.ts'
import { DatabaseUnusable } from './database-unusable.ts'

/** The database of a box that may be running, for a program beside it that only reads. */
export class ReadOnlyDatabase {
  readonly #connection: Connection

  private constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Rejects with `DatabaseUnusable` when there is none, or it cannot be read. */
  static async open(dataDir: string): Promise<ReadOnlyDatabase> {
    const file = join(dataDir, 'causeway.db')
    try {
      return new ReadOnlyDatabase(await Connection.open(file, 'read'))
    } catch (error) {
      const remedy = 'Check that box.dataDir is where the box keeps its data, and that you may read it'
      throw new DatabaseUnusable(file, error instanceof Error ? error.message : String(error), remedy)
    }
  }

  all<Row>(sql: string, ...values: readonly SqlValue[]): Promise<Row[]> {
    return this.#connection.all<Row>(sql, values)
  }

  close(): Promise<void> {
    return this.#connection.close()
  }
}
