import type { Log } from '../../lib/log.ts'
import { printSavedHealth, readSavedHealth, type SavedHealth } from './saved-health.ts'

export interface HealthStore {
  get(key: string): Promise<Uint8Array | undefined>
  set(key: string, value: Uint8Array): Promise<void>
}

/** What PBXs are taken for, kept over a restart. Nothing waits for it but the start and the stop. */
export class HealthMemory {
  readonly #store: HealthStore
  readonly #log: Log
  readonly #due = new Map<string, SavedHealth>()
  #writing: Promise<void> | undefined

  constructor(store: HealthStore, log: Log) {
    this.#store = store
    this.#log = log
  }

  /** Undefined when nothing is kept, or nothing that can be read. */
  async load(pbx: string): Promise<SavedHealth | undefined> {
    try {
      const bytes = await this.#store.get(keyOf(pbx))
      return bytes && readSavedHealth(bytes)
    } catch (error) {
      this.#log.warn({ pbx, error }, 'what was known of the PBX cannot be read')
      return undefined
    }
  }

  /** Only the last state of each PBX counts; while one is written the others wait. */
  save(pbx: string, saved: SavedHealth): void {
    this.#due.set(pbx, saved)
    this.#writing ??= this.#write()
  }

  /** Resolves when all is written. */
  async done(): Promise<void> {
    await this.#writing
  }

  async #write(): Promise<void> {
    for (const [pbx, saved] of this.#due) {
      this.#due.delete(pbx)
      try {
        await this.#store.set(keyOf(pbx), printSavedHealth(saved))
      } catch (error) {
        this.#log.error({ pbx, error }, 'what is known of the PBX was not kept')
      }
    }
    this.#writing = undefined
  }
}

function keyOf(pbx: string): string {
  return `survival-state:${pbx}`
}
