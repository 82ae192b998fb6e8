import type { Clock, Timer } from './clock.ts'
import { afterLook, isCollectionDue, type Look, neverCollected, type Quiet } from './collection-rule.ts'
import type { Log } from './log.ts'
import type { Part } from './part.ts'

/** The heap and the event loop of the thread that asks. */
export interface CollectedThread {
  /** What happened since it was asked last. */
  look(): Look
  /** Resolves when a full collection is done. */
  collect(): Promise<void>
}

const lookEveryMs = 5_000

/** Has a thread that has fallen quiet give back the memory of busier times. */
export class QuietCollector implements Part {
  readonly name = 'quiet collector'
  readonly #thread: CollectedThread
  readonly #clock: Clock
  readonly #log: Log
  #quiet: Quiet = neverCollected
  #timer: Timer | undefined
  #isRunning = false

  constructor(thread: CollectedThread, clock: Clock, log: Log) {
    this.#thread = thread
    this.#clock = clock
    this.#log = log
  }

  async start(): Promise<void> {
    this.#isRunning = true
    this.#thread.look()
    this.#lookLater()
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    this.#timer?.cancel()
  }

  #lookLater(): void {
    this.#timer = this.#clock.after(lookEveryMs, () => {
      this.#lookNow()
        .catch((cause) => this.#log.error({ cause }, 'memory could not be collected'))
        .finally(() => this.#isRunning && this.#lookLater())
    })
  }

  async #lookNow(): Promise<void> {
    const look = this.#thread.look()
    this.#quiet = afterLook(this.#quiet, look)
    if (!isCollectionDue(this.#quiet, look.usedBytes)) return
    const began = this.#clock.now()
    await this.#thread.collect()
    const tookMs = this.#clock.now() - began
    // This look is about the collection itself: its time is not the thread's.
    const { usedBytes } = this.#thread.look()
    this.#quiet = { ...neverCollected, keptBytes: usedBytes }
    this.#log.debug({ heldBytes: look.usedBytes, keptBytes: usedBytes, tookMs }, 'memory collected')
  }
}
