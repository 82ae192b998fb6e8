import type { Log } from '../../lib/log.ts'
import type { PassSheet } from './pass-sheet.ts'

/** Where small values are kept on disk. */
export interface KeptValues {
  get(key: string): Promise<Uint8Array | undefined>
  set(key: string, value: Uint8Array): Promise<void>
}

const mostKept = 100
const latestKey = 'rehearsals.latest'
const runningKey = 'rehearsals.running'
/** Of what is kept; another shape is not read. */
const shape = 1

interface Kept {
  readonly shape: number
  readonly sheet: PassSheet | undefined
}

/** The last hundred pass sheets, and the one that is being filled in, over restarts. */
export class SheetShelf {
  readonly #values: KeptValues
  readonly #log: Log
  #latest = 0
  #sheets: readonly PassSheet[] = []

  constructor(values: KeptValues, log: Log) {
    this.#values = values
    this.#log = log
  }

  /** Oldest first. */
  get sheets(): readonly PassSheet[] {
    return this.#sheets
  }

  get nextId(): string {
    return String(this.#latest + 1)
  }

  /** Resolves with the sheet of a rehearsal that was under way when the box ended. */
  async load(): Promise<PassSheet | undefined> {
    const latest = await this.#values.get(latestKey)
    this.#latest = latest ? Number(Buffer.from(latest).toString()) || 0 : 0
    const count = Math.min(this.#latest, mostKept)
    const ids = Array.from({ length: count }, (_, index) => this.#latest - count + 1 + index)
    const kept = await Promise.all(ids.map((id) => this.#read(slotOf(id))))
    // The place of a sheet that was never filed still holds one of long ago.
    this.#sheets = kept.flatMap((sheet, index) => (sheet?.id === String(ids[index]) ? [sheet] : []))
    return this.#read(runningKey)
  }

  /** Resolves when a box that starts anew would know of it. */
  async begin(sheet: PassSheet): Promise<void> {
    this.#latest = Math.max(this.#latest, Number(sheet.id))
    await this.#write(runningKey, sheet)
    await this.#values.set(latestKey, Buffer.from(String(this.#latest)))
  }

  /** Keeps what a rehearsal found, and forgets that it was under way. Never rejects. */
  async end(sheet: PassSheet): Promise<void> {
    this.#sheets = [...this.#sheets.filter(({ id }) => id !== sheet.id), sheet].slice(-mostKept)
    try {
      await this.#write(slotOf(Number(sheet.id)), sheet)
      await this.#write(runningKey, undefined)
    } catch (error) {
      this.#log.error({ rehearsal: sheet.id, error: String(error) }, 'pass sheet cannot be kept')
    }
  }

  async #read(key: string): Promise<PassSheet | undefined> {
    const value = await this.#values.get(key)
    if (!value) return undefined
    try {
      const kept = JSON.parse(Buffer.from(value).toString()) as Kept
      return kept.shape === shape ? kept.sheet : undefined
    } catch (error) {
      this.#log.error({ key, error: String(error) }, 'a pass sheet of before cannot be read')
      return undefined
    }
  }

  #write(key: string, sheet: PassSheet | undefined): Promise<void> {
    return this.#values.set(key, Buffer.from(JSON.stringify({ shape, sheet } satisfies Kept)))
  }
}

/** Of a ring: the latest takes the place of the oldest. */
function slotOf(id: number): string {
  return `rehearsals.${id % mostKept}`
}
