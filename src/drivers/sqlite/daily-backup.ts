import { type Clock, systemClock, type Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import type { BackupFolder } from './backup-folder.ts'

export interface BackedUpDatabase {
  readonly backups: BackupFolder
  backup(path: string): Promise<void>
}

const dayMs = 86_400_000
const lookEveryMs = 600_000
const keptBackups = 7

/** Makes a backup when the newest is a day old, and keeps a week of them. */
export class DailyBackup implements Part {
  readonly name = 'daily-backup'
  readonly #database: BackedUpDatabase
  readonly #log: Log
  readonly #clock: Clock
  #timer: Timer | undefined
  #working: Promise<void> | undefined

  constructor(database: BackedUpDatabase, log: Log, clock: Clock = systemClock) {
    this.#database = database
    this.#log = log
    this.#clock = clock
  }

  /** The first look is some minutes away, so that a start is not slowed. */
  async start(): Promise<void> {
    this.#lookLater()
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    await this.#working
  }

  #lookLater(): void {
    this.#timer = this.#clock.after(lookEveryMs, () => {
      this.#lookLater()
      this.#working ??= this.#look().finally(() => {
        this.#working = undefined
      })
    })
  }

  async #look(): Promise<void> {
    const { backups } = this.#database
    const now = this.#clock.now()
    try {
      const newest = await backups.newestAt()
      if (newest !== undefined && now - newest < dayMs) return
      const file = await backups.add(now, keptBackups, (path) => this.#database.backup(path))
      this.#log.info({ file }, 'database backed up')
    } catch (error) {
      this.#log.error({ error }, 'database not backed up')
    }
  }
}
