import { readFile, stat } from 'node:fs/promises'
import type { Log } from '../lib/log.ts'
import { referredFile } from './referred-file.ts'
import { shortestAdminToken } from './shortest-admin-token.ts'

/**
 * `admin.token` as it is now: when the config keeps it in a file, a changed one works at once, without a restart. A file
 * that is of no use changes nothing.
 */
export class TokenFile {
  readonly #path: string | undefined
  readonly #log: Log
  #token: string
  /** Which state of the file was read last. */
  #seen = ''

  /** `configPath` is that of the config that `token` comes from; undefined when the box runs on defaults. */
  constructor(token: string, configPath: string | undefined, log: Log) {
    this.#token = token
    this.#path = configPath === undefined ? undefined : referredFile(configPath, ['admin', 'token']).file
    this.#log = log
  }

  async current(): Promise<string> {
    if (this.#path === undefined) return this.#token
    try {
      const { mtimeMs, ino, size } = await stat(this.#path)
      const found = `${ino} ${mtimeMs} ${size}`
      if (found === this.#seen) return this.#token
      const token = (await readFile(this.#path, 'utf8')).replace(/\r?\n$/, '')
      this.#seen = found
      if (token.length >= shortestAdminToken) this.#token = token
      else this.#log.warn({ file: this.#path }, 'admin token is too short: the one before stays')
    } catch (error) {
      this.#complainOnce(error as NodeJS.ErrnoException)
    }
    return this.#token
  }

  #complainOnce({ message }: NodeJS.ErrnoException): void {
    if (this.#seen === message) return
    this.#seen = message
    this.#log.warn({ why: message }, 'admin token cannot be read: the one before stays')
  }
}
