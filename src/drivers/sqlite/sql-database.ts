import type { SqlValue } from './connection.ts'
import type { SqlCommand } from './sql-command.ts'

/** What a table needs of the database. */
export interface SqlDatabase {
  /** All commands or none. Resolves when they are durable. */
  write(...commands: readonly SqlCommand[]): Promise<void>
  /** As `write`, for what nobody waits for: shares a commit with others, within a tenth of a second. */
  writeSoon(...commands: readonly SqlCommand[]): Promise<void>
  /** Rows as of the last commit. */
  all<Row>(sql: string, ...values: readonly SqlValue[]): Promise<Row[]>
}
