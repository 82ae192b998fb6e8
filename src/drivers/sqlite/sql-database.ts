import type { SqlCommand, SqlValue } from './connection.ts'

/** What a table needs of the database. */
export interface SqlDatabase {
  /** All commands or none. Resolves when they are durable. */
  write(...commands: readonly SqlCommand[]): Promise<void>
  /** Rows as of the last commit. */
  all<Row>(sql: string, ...values: readonly SqlValue[]): Promise<Row[]>
}
