import { type Clock, systemClock, type Timer } from '../../lib/clock.ts'
import { type Connection, type SqlStatement, sqlCode } from './connection.ts'
import { type SqlCommand, statementsFor } from './sql-command.ts'
import { WriteFailed, WriteQueueFull } from './write-failed.ts'

interface PendingWrite {
  readonly commands: readonly SqlCommand[]
  /** Must outlive a power failure, not only this process. */
  readonly isSynced: boolean
  resolve(): void
  reject(error: Error): void
}

const maxCommandsWaiting = 50_000
const maxWritesInCommit = 1_000
const soonMs = 100

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
  readonly #clock: Clock
  #waiting: PendingWrite[] = []
  #patient: PendingWrite[] = []
  #patience: Timer | undefined
  #syncs = true
  #commandsWaiting = 0
  #working: Promise<void> | undefined

  constructor(connection: Connection, clock: Clock = systemClock) {
    this.#connection = connection
    this.#clock = clock
  }

  /** All commands or none. Resolves when they are durable; rejects with `WriteFailed` or `WriteQueueFull`. */
  write(commands: readonly SqlCommand[]): Promise<void> {
    return this.#enqueue(commands, true, (write) => this.#join(write))
  }

  /** As `write`, without fsync: it outlives this process (`kill -9`), but not a power failure. */
  writeUnsynced(commands: readonly SqlCommand[]): Promise<void> {
    return this.#enqueue(commands, false, (write) => this.#join(write))
  }

  /**
   * As `writeUnsynced`, for what nobody waits for: within a tenth of a second, in one commit with others. Only writes
   * of the same SQL keep their order.
   */
  writeSoon(commands: readonly SqlCommand[]): Promise<void> {
    return this.#enqueue(commands, false, (write) => {
      this.#patient.push(write)
      this.#patience ??= this.#clock.after(soonMs, () => this.#losePatience())
    })
  }

  /** Resolves when nothing is waiting any more. */
  async drained(): Promise<void> {
    this.#losePatience()
    while (this.#working) await this.#working
  }

  async #enqueue(
    commands: readonly SqlCommand[],
    isSynced: boolean,
    put: (write: PendingWrite) => void,
  ): Promise<void> {
    if (commands.length === 0) return
    if (this.#commandsWaiting >= maxCommandsWaiting) throw new WriteQueueFull(maxCommandsWaiting)
    this.#commandsWaiting += commands.length
    await new Promise<void>((resolve, reject) => put({ commands, isSynced, resolve, reject }))
  }

  #join(write: PendingWrite): void {
    this.#waiting.push(write)
    this.#working ??= this.#work()
  }

  #losePatience(): void {
    this.#patience?.cancel()
    this.#patience = undefined
    if (this.#patient.length === 0) return
    this.#waiting = this.#waiting.concat(inOrderOfSql(this.#patient))
    this.#patient = []
    this.#working ??= this.#work()
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
    const trouble = await this.#transaction(
      batch.flatMap(({ commands }) => commands),
      batch.some(({ isSynced }) => isSynced),
    )
    if (trouble === undefined) {
      for (const write of batch) write.resolve()
    } else if (batch.length > 1 && faultsOfTheCommand.has(sqlCode(trouble) ?? '')) {
      for (const write of batch) await this.#commit([write])
    } else {
      for (const write of batch) write.reject(new WriteFailed(trouble))
    }
  }

  /** Returns why nothing was written, undefined when all was. */
  async #transaction(commands: readonly SqlCommand[], isSynced: boolean): Promise<unknown> {
    const statements = statementsFor(commands)
    const [only] = statements
    try {
      if (isSynced !== this.#syncs) await this.#setSync(isSynced)
    } catch (error) {
      return error
    }
    if (only && statements.length === 1) return this.#runAlone(only)
    try {
      await this.#connection.run(begin)
      for (const statement of statements) await this.#connection.run(statement)
      await this.#connection.run(commit)
      return undefined
    } catch (error) {
      return this.#rollBack(error)
    }
  }

  async #setSync(isSynced: boolean): Promise<void> {
    await this.#connection.exec(`PRAGMA synchronous = ${isSynced ? 'FULL' : 'NORMAL'}`)
    this.#syncs = isSynced
  }

  /** One statement is a transaction by itself, for a third of the cost. */
  async #runAlone(statement: SqlStatement): Promise<unknown> {
    try {
      await this.#connection.run(statement)
      return undefined
    } catch (error) {
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

/** Rows of one table side by side, so that they become one statement. */
function inOrderOfSql(writes: readonly PendingWrite[]): PendingWrite[] {
  return [...Map.groupBy(writes, ({ commands }) => commands[0]?.sql).values()].flat()
}
