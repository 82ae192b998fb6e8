import { chownSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { createDurably, writeDurably } from '../lib/durable-file.ts'
import { typablePassword } from './typable-password.ts'

/**
 * The password of the pages in a file of its own. While it is the one that the box made, a second file `<path>.first`
 * holds the same: who compares the two knows whether it may still be shown on the console, even when somebody has edited
 * the file by hand.
 */
export class PasswordFile {
  readonly path: string
  readonly #first: string

  constructor(path: string) {
    this.path = path
    this.#first = `${path}.first`
  }

  /** True when a first password was made, false when there is a password already. Throws what the file system says. */
  createIfMissing(): boolean {
    if (existsSync(this.path)) return false
    const password = `${typablePassword()}\n`
    writeDurably(this.#first, password)
    const isMade = createDurably(this.path, password)
    this.#giveToOwner(this.#first, this.path)
    return isMade
  }

  /** Without a newline at its end, as `${file:…}` in the config reads it. Throws what the file system says. */
  read(): string {
    return readFileSync(this.path, 'utf8').replace(/\r?\n$/, '')
  }

  /** Whether it is still the one that the box made. */
  get isFirst(): boolean {
    return existsSync(this.#first) && readFileSync(this.#first, 'utf8') === readFileSync(this.path, 'utf8')
  }

  /** Throws what the file system says. */
  change(password: string): void {
    writeDurably(this.path, `${password}\n`)
    this.#giveToOwner(this.path)
    rmSync(this.#first, { force: true })
  }

  // Root writes for the user that runs the box, whose folder it is.
  #giveToOwner(...paths: readonly string[]): void {
    if (process.getuid?.() !== 0) return
    const { uid, gid } = statSync(dirname(this.path))
    for (const path of paths) chownSync(path, uid, gid)
  }
}
