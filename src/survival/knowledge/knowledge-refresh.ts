import type { PbxKnowledge } from '../../domain/known-extension.ts'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Part } from '../../lib/part.ts'
import type { ImportOrder } from './known-pbxs.ts'

/** A PBX that can be asked. */
export interface TellingPbx {
  readonly name: string
  /** Rejects when it is away or refuses. */
  tell(): Promise<PbxKnowledge>
  /** Called each time when it can be asked again. */
  onThere(listener: () => void): void
}

export interface KnowledgeRefreshParts {
  readonly pbxs: readonly TellingPbx[]
  readonly known: { import(order: ImportOrder): Promise<unknown> }
  readonly clock: Clock
  readonly log: Log
}

const everyMs = 3_600_000
const retryMs = 300_000
/** A PBX that has just come up has its phones to attend to first. */
const afterReturnMs = 10_000

/** Asks the PBXs for their users each hour, and when they are there again. */
export class KnowledgeRefresh implements Part {
  readonly name = 'knowledge refresh'
  readonly #parts: KnowledgeRefreshParts
  readonly #timers = new Map<string, Timer>()
  readonly #saidOf = new Map<string, string>()
  #isStopped = true

  constructor(parts: KnowledgeRefreshParts) {
    this.#parts = parts
    for (const pbx of parts.pbxs) pbx.onThere(() => this.#askAfter(pbx, afterReturnMs))
  }

  async start(): Promise<void> {
    this.#isStopped = false
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
  }

  #askAfter(pbx: TellingPbx, milliseconds: number): void {
    if (this.#isStopped) return
    this.#timers.get(pbx.name)?.cancel()
    this.#timers.set(
      pbx.name,
      this.#parts.clock.after(milliseconds, () => void this.#ask(pbx)),
    )
  }

  async #ask(pbx: TellingPbx): Promise<void> {
    const { known, log } = this.#parts
    try {
      const knowledge = await pbx.tell()
      const order = { pbx: pbx.name, source: 'asterisk', knowledge } as const
      await known.import({ ...order, isDryRun: false, isForced: false, isByItself: true })
      this.#saidOf.delete(pbx.name)
      this.#askAfter(pbx, everyMs)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      // An error is told once, not each five minutes of a night.
      if (this.#saidOf.get(pbx.name) !== why)
        log.warn({ pbx: pbx.name, why }, 'the PBX was not asked for its users')
      this.#saidOf.set(pbx.name, why)
      this.#askAfter(pbx, retryMs)
    }
  }
}
