import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, systemClock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import { BackupFolder } from './backup-folder.ts'
import { CommitQueue } from './commit-queue.ts'
import { Connection, type SqlValue, sqlCode } from './connection.ts'
import { DatabaseUnusable, remedyForDamage } from './database-unusable.ts'
import { migrate, readSchema } from './schema.ts'
import type { SqlCommand } from './sql-command.ts'
import { WriteFailed } from './write-failed.ts'

export interface DatabaseSettings {
  /** The database is `causeway.db` in here, its backups are in `backups/`. Made when missing. */
  readonly dataDir: string
  readonly log: Log
  readonly clock?: Clock
}

const damage = new Set(['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_FORMAT'])

// WAL keeps readers apart from the writer; FULL makes a commit outlive a power failure, not only a killed process. The
// price of the fsync is shared by group commit (docs/decisions/sqlite3.md).
const writerPragmas =
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864'

/** The box's one database file. */
export class Database implements Part {
  readonly name = 'database'
  readonly file: string
  readonly backups: BackupFolder
  readonly #settings: DatabaseSettings
  readonly #clock: Clock
  #writer: Connection | undefined
  #reader: Connection | undefined
  #queue: CommitQueue | undefined

  constructor(settings: DatabaseSettings) {
    this.#settings = settings
    this.#clock = settings.clock ?? systemClock
    this.file = join(settings.dataDir, 'causeway.db')
    this.backups = new BackupFolder(join(settings.dataDir, 'backups'))
  }

  /** Opens, checks and brings up to date. Throws `DatabaseUnusable`. */
  async start(): Promise<void> {
    try {
      await mkdir(this.#settings.dataDir, { recursive: true, mode: 0o700 })
      this.#writer = await Connection.open(this.file, 'write')
      await this.#check(this.#writer)
      await chmod(this.file, 0o600)
      this.#reader = await Connection.open(this.file, 'read')
      this.#queue = new CommitQueue(this.#writer, this.#clock)
    } catch (error) {
      await this.#close()
      throw error instanceof DatabaseUnusable ? error : await this.#unusable(error)
    }
  }

  /** Waits for what was promised to be written. */
  async stop(): Promise<void> {
    const queue = this.#queue
    this.#queue = undefined
    await queue?.drained()
    await this.#close()
  }

  /** All commands or none. Resolves when they are durable; rejects with `WriteFailed` or `WriteQueueFull`. */
  async write(...commands: readonly SqlCommand[]): Promise<void> {
    if (!this.#queue) throw new WriteFailed(new Error('the database is closed'))
    await this.#queue.write(commands)
  }

  /** As `write`, without fsync: it outlives this process (`kill -9`), but not a power failure. */
  async writeUnsynced(...commands: readonly SqlCommand[]): Promise<void> {
    if (!this.#queue) throw new WriteFailed(new Error('the database is closed'))
    await this.#queue.writeUnsynced(commands)
  }

  /**
   * As `writeUnsynced`, for what nobody waits for: within a tenth of a second, in one commit with others. Only writes
   * of the same SQL keep their order.
   */
  async writeSoon(...commands: readonly SqlCommand[]): Promise<void> {
    if (!this.#queue) throw new WriteFailed(new Error('the database is closed'))
    await this.#queue.writeSoon(commands)
  }

  /** Rows as of the last commit. */
  async all<Row>(sql: string, ...values: readonly SqlValue[]): Promise<Row[]> {
    if (!this.#reader) throw new Error('the database is closed')
    return this.#reader.all<Row>(sql, values)
  }

  /** Writes a consistent copy, defragmented, to a file that must not exist yet. Calls go on meanwhile. */
  async backup(path: string): Promise<void> {
    await this.all('VACUUM INTO ?', path)
    await chmod(path, 0o600)
  }

  async #check(writer: Connection): Promise<void> {
    const schema = await readSchema(writer)
    if (!schema.isOurs)
      throw new DatabaseUnusable(
        this.file,
        'it belongs to another program',
        'Set box.dataDir to a folder of its own',
      )
    if (schema.version > schema.known)
      throw new DatabaseUnusable(
        this.file,
        `a newer Causeway wrote it (schema ${schema.version}, this one knows ${schema.known})`,
        'Start the newer version, or restore a backup from before the update',
      )
    await writer.exec(writerPragmas)
    const findings = await writer.all<{ quick_check: string }>('PRAGMA quick_check(3)')
    const faults = findings.map((row) => row.quick_check).filter((finding) => finding !== 'ok')
    if (faults.length > 0) throw await this.#damaged(faults.join('; '))
    await migrate(writer, schema.version)
    if (schema.version > 0 && schema.version < schema.known)
      this.#settings.log.info({ from: schema.version, to: schema.known }, 'database brought up to date')
  }

  async #unusable(error: unknown): Promise<DatabaseUnusable> {
    const problem = error instanceof Error ? error.message : String(error)
    if (damage.has(sqlCode(error) ?? '')) return this.#damaged(problem, error)
    return new DatabaseUnusable(
      this.file,
      problem,
      'Check that box.dataDir exists, belongs to the user that runs the box, and has free space',
      { cause: error },
    )
  }

  async #damaged(problem: string, cause?: unknown): Promise<DatabaseUnusable> {
    const remedy = remedyForDamage(this.file, await this.backups.newest(), this.#clock.now())
    return new DatabaseUnusable(this.file, problem, remedy, { cause })
  }

  async #close(): Promise<void> {
    const [reader, writer] = [this.#reader, this.#writer]
    this.#reader = undefined
    this.#writer = undefined
    await reader?.close()
    await writer?.close() // last: it folds the log into the file
  }
}
