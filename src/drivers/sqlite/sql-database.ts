import type { SqlValue } from './connection.ts'
import type { SqlCommand } from './sql-command.ts'

/** What a table needs of the database. */
export interface SqlDatabase {
  /** All commands or none. Resolves when they are durable. */
  write(...commands: readonly SqlCommand[]): Promise<void>
  /** As `write`, without fsync: it outlives this process (`kill -9`), but not a power failure. */
  writeUnsynced(...commands: readonly SqlCommand[]): Promise<void>
  /**
   * As `writeUnsynced`, for what nobody waits for: within a tenth of a second, in one commit with others. Only writes
   * of the same SQL keep their order.
   */
  writeSoon(...commands: readonly SqlCommand[]): Promise<void>
  /** Rows as of the last commit. */
  all<Row>(sql: string, ...values: readonly SqlValue[]): Promise<Row[]>
}
