import sqlite3 from 'sqlite3'

export type SqlValue = string | number | null | Uint8Array

/** A statement with its parameters. */
export interface SqlStatement {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

const busyTimeoutMs = 5_000

/**
 * One connection to a database file, its calls as promises. Statements are prepared once for each SQL text and kept, so
 * texts must be constants: values go into parameters.
 */
export class Connection {
  readonly #database: sqlite3.Database
  readonly #statements = new Map<string, Promise<sqlite3.Statement>>()

  private constructor(database: sqlite3.Database) {
    this.#database = database
  }

  static async open(file: string, access: 'read' | 'write'): Promise<Connection> {
    const mode = access === 'read' ? sqlite3.OPEN_READONLY : sqlite3.OPEN_READWRITE | sqlite3.OPEN_CREATE
    const database = await new Promise<sqlite3.Database>((resolve, reject) => {
      const opening = new sqlite3.Database(file, mode, (error) => (error ? reject(error) : resolve(opening)))
    })
    database.configure('busyTimeout', busyTimeoutMs)
    return new Connection(database)
  }

  /** Runs one command; resolves to the number of rows it changed. */
  async run({ sql, values }: SqlStatement): Promise<number> {
    const statement = await this.#prepared(sql)
    return new Promise((resolve, reject) => {
      statement.run(values, function (error) {
        if (error) reject(error)
        else resolve(this.changes)
      })
    })
  }

  async all<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    const statement = await this.#prepared(sql)
    return new Promise((resolve, reject) => {
      statement.all<Row>(values, (error, rows) => (error ? reject(error) : resolve(rows)))
    })
  }

  /** Runs a script that is used once: pragmas, migrations, transaction marks. */
  exec(script: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#database.exec(script, (error) => (error ? reject(error) : resolve()))
    })
  }

  async close(): Promise<void> {
    const statements = await Promise.allSettled(this.#statements.values())
    this.#statements.clear()
    for (const statement of statements)
      if (statement.status === 'fulfilled')
        await new Promise<void>((resolve) => statement.value.finalize(() => resolve()))
    await new Promise<void>((resolve, reject) => {
      this.#database.close((error) => (error ? reject(error) : resolve()))
    })
  }

  #prepared(sql: string): Promise<sqlite3.Statement> {
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = new Promise((resolve, reject) => {
        const preparing = this.#database.prepare(sql, (error) => (error ? reject(error) : resolve(preparing)))
      })
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

/** The name of SQLite's result code, such as `SQLITE_CORRUPT`; undefined for an error from elsewhere. */
export function sqlCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
