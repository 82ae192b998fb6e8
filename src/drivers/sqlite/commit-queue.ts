import { type Connection, type SqlStatement, sqlCode } from './connection.ts'
import { type SqlCommand, statementsFor } from './sql-command.ts'
import { WriteFailed, WriteQueueFull } from './write-failed.ts'

interface PendingWrite {
  readonly commands: readonly SqlCommand[]
  resolve(): void
  reject(error: Error): void
}

const maxCommandsWaiting = 50_000
const maxWritesInCommit = 1_000

const begin: SqlStatement = { sql: 'BEGIN IMMEDIATE', values: [] }
const commit: SqlStatement = { sql: 'COMMIT', values: [] }

/** These speak of the command; any other code speaks of the disk or the file, and concerns all. */
const faultsOfTheCommand = new Set([
  'SQLITE_CONSTRAINT',
  'SQLITE_MISMATCH',
  'SQLITE_RANGE',
  'SQLITE_TOOBIG',
  'SQLITE_ERROR',
])

/**
 * Group commit: what arrives while one transaction is being made durable shares the next one, and its fsync. Many
 * registrations a second cost few fsyncs, and a single one waits for nothing but its own.
 */
export class CommitQueue {
  readonly #connection: Connection
  #waiting: PendingWrite[] = []
  #commandsWaiting = 0
  #working: Promise<void> | undefined

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** All commands or none. Resolves when they are durable; rejects with `WriteFailed` or `WriteQueueFull`. */
  async write(commands: readonly SqlCommand[]): Promise<void> {
    if (commands.length === 0) return
    if (this.#commandsWaiting >= maxCommandsWaiting) throw new WriteQueueFull(maxCommandsWaiting)
    this.#commandsWaiting += commands.length
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ commands, resolve, reject })
      this.#working ??= this.#work()
    })
  }

  /** Resolves when nothing is waiting any more. */
  async drained(): Promise<void> {
    while (this.#working) await this.#working
  }

  async #work(): Promise<void> {
    await Promise.resolve() // what the same tick still brings belongs to the first commit
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, maxWritesInCommit)
      for (const { commands } of batch) this.#commandsWaiting -= commands.length
      await this.#commit(batch)
    }
    this.#working = undefined
  }

  /** One transaction for all; if one of them is at fault, one for each. */
  async #commit(batch: readonly PendingWrite[]): Promise<void> {
    const trouble = await this.#transaction(batch.flatMap(({ commands }) => commands))
    if (trouble === undefined) {
      for (const write of batch) write.resolve()
    } else if (batch.length > 1 && faultsOfTheCommand.has(sqlCode(trouble) ?? '')) {
      for (const write of batch) await this.#commit([write])
    } else {
      for (const write of batch) write.reject(new WriteFailed(trouble))
    }
  }

  /** Returns why nothing was written, undefined when all was. */
  async #transaction(commands: readonly SqlCommand[]): Promise<unknown> {
    try {
      await this.#connection.run(begin)
      for (const statement of statementsFor(commands)) await this.#connection.run(statement)
      await this.#connection.run(commit)
      return undefined
    } catch (error) {
      return this.#rollBack(error)
    }
  }

  /** Returns the whole trouble: what led here, and what came on top. */
  async #rollBack(trouble: unknown): Promise<unknown> {
    try {
      await this.#connection.exec('ROLLBACK')
      return trouble
    } catch (error) {
      // SQLite has rolled back by itself after a full disk or an I/O error; then there is no transaction to end.
      if (sqlCode(error) === 'SQLITE_ERROR') return trouble
      return new AggregateError([trouble, error], `${trouble}; then ${error}`)
    }
  }
}
