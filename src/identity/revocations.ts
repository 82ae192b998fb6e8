import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../lib/clock.ts'
import { createDurably } from '../lib/durable-file.ts'
import type { Log } from '../lib/log.ts'
import type { RevocableCredential, RevocationList } from './revocation-list.ts'

/**
 * The revocations of an overlay, kept across restarts in a folder: a file each, so that what `causeway overlay revoke`
 * writes and what other boxes tell never overwrite each other.
 */
export class Revocations {
  readonly #list: RevocationList
  readonly #folder: string | undefined
  readonly #clock: Clock
  readonly #log: Log
  /** Names of the files that were read or written. */
  readonly #seen = new Set<string>()

  /** Without a folder they are forgotten with the process. Throws when there is one that cannot be read. */
  constructor(list: RevocationList, folder: string | undefined, clock: Clock, log: Log) {
    this.#list = list
    this.#folder = folder
    this.#clock = clock
    this.#log = log
    this.#read()
  }

  mark(): Uint8Array {
    return this.#list.mark
  }

  statements(): readonly Uint8Array[] {
    return this.#list.statements().map(({ bytes }) => bytes)
  }

  isRevoked(credential: RevocableCredential): boolean {
    return this.#list.isRevoked(credential)
  }

  /** Believes and keeps what an issuer signed; returns what was new. Never throws for what others sent. */
  take(statements: readonly Uint8Array[]): readonly Uint8Array[] {
    const fresh = statements.filter((bytes) => this.#list.add(bytes, this.#clock.now()))
    for (const bytes of fresh) this.#keep(bytes)
    return fresh
  }

  /** Looks for what another process of this box wrote, and lets go of what is over; returns what is new. */
  reread(): readonly Uint8Array[] {
    try {
      return this.#read()
    } catch (error) {
      this.#log.error({ reason: (error as Error).message }, 'revocations on disk cannot be read')
      return []
    }
  }

  #read(): readonly Uint8Array[] {
    const now = this.#clock.now()
    this.#list.sweep(now)
    if (this.#folder === undefined) return []
    const unseen = namesIn(this.#folder).filter((name) => name.endsWith('.cbor') && !this.#seen.has(name))
    return unseen.flatMap((name) => {
      this.#seen.add(name)
      const bytes = readFileSync(join(this.#folder ?? '', name))
      if (this.#list.add(bytes, now)) return [bytes]
      this.#log.debug({ file: name }, 'a revocation on disk is over, known or damaged')
      return []
    })
  }

  // On a full disk it still counts until the restart, and other boxes tell it again after that.
  #keep(bytes: Uint8Array): void {
    if (this.#folder === undefined) return
    try {
      this.#seen.add(writeRevocation(this.#folder, bytes))
    } catch (error) {
      this.#log.error({ reason: (error as Error).message }, 'a revocation cannot be kept on disk')
    }
  }
}

/** Returns the file's name, which follows from the content. */
export function writeRevocation(folder: string, bytes: Uint8Array): string {
  const name = `${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}.cbor`
  createDurably(join(folder, name), bytes)
  return name
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
