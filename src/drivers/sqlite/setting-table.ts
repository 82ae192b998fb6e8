import type { SqlDatabase } from './sql-database.ts'

const getSql = 'SELECT value FROM settings WHERE key = ?'
const addSql = 'INSERT OR IGNORE INTO settings (key, value) VALUES (?, ?)'
const setSql = 'INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)'

/** Small values that the box keeps for itself, such as the secret behind its nonces. */
export class SettingTable {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const [row] = await this.#database.all<{ value: Uint8Array }>(getSql, key)
    return row?.value
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    await this.#database.write({ sql: setSql, values: [key, value] })
  }

  /** The value kept under the key; `make` gives it when there is none yet. */
  async getOrMake(key: string, make: () => Uint8Array): Promise<Uint8Array> {
    const known = await this.get(key)
    if (known) return known
    await this.#database.write({ sql: addSql, values: [key, make()] })
    const made = await this.get(key)
    if (!made) throw new Error(`the setting ${key} was written and is not there`)
    return made
  }
}
