import type { Log } from '../lib/log.ts'
import type { CallForHelp } from './call-for-help.ts'

/** Where small values are kept on disk. */
export interface KeptValues {
  get(key: string): Promise<Uint8Array | undefined>
  set(key: string, value: Uint8Array): Promise<void>
}

const key = 'emergency-calls'
/** Of what is kept; another shape is not read. */
const shape = 1

/** Keeps the calls for help over a restart. Nobody waits for it: what is written is always the latest. */
export class CallShelf {
  readonly #values: KeptValues
  readonly #log: Log
  #latest: readonly CallForHelp[] | undefined
  #writing: Promise<void> | undefined

  constructor(values: KeptValues, log: Log) {
    this.#values = values
    this.#log = log
  }

  async load(): Promise<readonly CallForHelp[]> {
    const kept = await this.#values.get(key)
    if (!kept) return []
    try {
      const { shape: written, calls } = JSON.parse(Buffer.from(kept).toString()) as Kept
      return written === shape ? calls : []
    } catch (error) {
      this.#log.error({ error: String(error) }, 'emergency calls of before cannot be read')
      return []
    }
  }

  keep(calls: readonly CallForHelp[]): void {
    this.#latest = calls
    this.#writing ??= this.#write()
  }

  /** Resolves when all is written that was to be kept. */
  async settled(): Promise<void> {
    await this.#writing
  }

  async #write(): Promise<void> {
    while (this.#latest) {
      const calls = this.#latest
      this.#latest = undefined
      try {
        await this.#values.set(key, Buffer.from(JSON.stringify({ shape, calls } satisfies Kept)))
      } catch (error) {
        this.#log.error({ error: String(error) }, 'emergency calls cannot be kept')
      }
    }
    this.#writing = undefined
  }
}

interface Kept {
  readonly shape: number
  readonly calls: readonly CallForHelp[]
}
