import type { SqlStatement } from './connection.ts'

/**
 * One change to be written. A row command's SQL takes one parameter, a JSON array of rows, and reads it by `json_each`:
 * rows that follow each other go to SQLite as one statement, which costs a tenth of a statement for each.
 */
export type SqlCommand =
  | SqlStatement
  | { readonly sql: string; readonly row: readonly (string | number | null)[] }

/** The statements that carry the commands out, in their order. */
export function statementsFor(commands: Iterable<SqlCommand>): SqlStatement[] {
  const statements: SqlStatement[] = []
  let sql = ''
  let rows: unknown[] = []
  const closeRows = (): void => {
    if (rows.length > 0) statements.push({ sql, values: [JSON.stringify(rows)] })
    rows = []
  }
  for (const command of commands) {
    if ('row' in command) {
      if (command.sql !== sql) closeRows()
      sql = command.sql
      rows.push(command.row)
    } else {
      closeRows()
      statements.push(command)
    }
  }
  closeRows()
  return statements
}
