import type { Log } from './log.ts'
import type { Part } from './part.ts'

/** Parts that live together: started first to last, stopped last to first. */
export class PartList {
  readonly #parts: readonly Part[]
  readonly #log: Log
  #started: Part[] = []

  constructor(parts: readonly Part[], log: Log) {
    this.#parts = parts
    this.#log = log
  }

  /** Rejects with what the first part that cannot start says; those before it are stopped again. */
  async start(): Promise<void> {
    for (const part of this.#parts) {
      try {
        await part.start()
        this.#started.push(part)
        this.#log.debug({ part: part.name }, 'part started')
      } catch (error) {
        await this.stop()
        throw error
      }
    }
  }

  /** Stops every part that runs; what one of them throws is logged and keeps no other from stopping. */
  async stop(): Promise<void> {
    for (let part = this.#started.pop(); part; part = this.#started.pop()) {
      try {
        await part.stop()
      } catch (error) {
        this.#log.error({ part: part.name, error }, 'part did not stop cleanly')
      }
    }
  }
}
