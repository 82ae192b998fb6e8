import { type Connection, type SqlCommand, sqlCode } from './connection.ts'
import { WriteFailed, WriteQueueFull } from './write-failed.ts'

interface PendingWrite {
  readonly commands: readonly SqlCommand[]
  resolve(): void
  reject(error: Error): void
}

const maxCommandsWaiting = 50_000
const maxWritesInCommit = 1_000

const begin: SqlCommand = { sql: 'BEGIN IMMEDIATE', values: [] }
const commit: SqlCommand = { sql: 'COMMIT', values: [] }

/** After one of these the rest of the transaction is as it was; after any other the whole transaction is given up. */
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

  async #commit(batch: readonly PendingWrite[]): Promise<void> {
    const failures = new Map<PendingWrite, unknown>()
    try {
      await this.#connection.run(begin)
      for (const write of batch) {
        const failure = await this.#apply(write.commands)
        if (failure !== undefined) failures.set(write, failure)
      }
      await this.#connection.run(commit)
    } catch (error) {
      const cause = await this.#rollBack(error)
      for (const write of batch) write.reject(new WriteFailed(cause))
      return
    }
    for (const write of batch) {
      if (failures.has(write)) write.reject(new WriteFailed(failures.get(write)))
      else write.resolve()
    }
  }

  /** Returns a fault that concerns these commands only; throws any other. */
  async #apply(commands: readonly SqlCommand[]): Promise<unknown> {
    const [only] = commands
    try {
      if (commands.length === 1 && only) {
        await this.#connection.run(only)
        return undefined
      }
      await this.#connection.exec('SAVEPOINT one_write')
      for (const command of commands) await this.#connection.run(command)
      await this.#connection.exec('RELEASE one_write')
      return undefined
    } catch (error) {
      if (!faultsOfTheCommand.has(sqlCode(error) ?? '')) throw error
      if (commands.length > 1) await this.#connection.exec('ROLLBACK TO one_write; RELEASE one_write')
      return error
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
