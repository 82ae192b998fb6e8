import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { Remembered } from '../lib/remembered.ts'
import { within } from '../lib/time-box.ts'

export interface VitalOrgans {
  /** Undefined when a drachtio-server is the engine: it is watched by whoever started it. */
  readonly engine: { answers(withinMs: number): Promise<void> } | undefined
  readonly settings: { set(key: string, value: Uint8Array): Promise<void> }
  readonly clock: Clock
  readonly log: Log
}

// Shorter than what the commands of a container runtime wait.
const answerWithinMs = 2_000
// Anybody who reaches the pages may ask: neither the engine nor the disk works for each of them.
const askEveryMs = 1_000
const writeEveryMs = 10_000

/** Whether the box can do its work, proven by doing some of it. That the main thread answers is proven by being asked. */
export class VitalSigns {
  readonly #organs: VitalOrgans
  readonly #engine: Remembered<Promise<boolean>>
  readonly #disk: Remembered<Promise<string | undefined>>

  constructor(organs: VitalOrgans) {
    this.#organs = organs
    this.#engine = new Remembered(askEveryMs, organs.clock, () => this.engineAnswers(answerWithinMs))
    this.#disk = new Remembered(writeEveryMs, organs.clock, () => this.#write())
  }

  async engineAnswers(withinMs: number): Promise<boolean> {
    const { engine, clock } = this.#organs
    if (!engine) return true
    return (await within(withinMs, clock, () => engine.answers(withinMs))).kind === 'value'
  }

  /** Undefined when all is well. For anybody to read: what exactly is wrong is in the log. */
  async notAliveBecause(): Promise<string | undefined> {
    const [engineAnswers, disk] = await Promise.all([this.#engine.value, this.#disk.value])
    return engineAnswers ? disk : 'the SIP engine does not answer'
  }

  async #write(): Promise<string | undefined> {
    const { settings, clock, log } = this.#organs
    const proof = Buffer.from(new Date(clock.now()).toISOString())
    const written = await within(answerWithinMs, clock, () => settings.set('alive-at', proof))
    if (written.kind === 'value') return undefined
    const why = written.kind === 'failed' ? String(written.error) : 'it takes too long'
    log.error({ why }, 'the database cannot be written to')
    return 'the database cannot be written to'
  }
}
