import { type Aor, printAor } from '../domain/aor.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { within } from '../lib/time-box.ts'

export interface DeskPhones {
  /** Sends a text to the phones of a user; resolves to whether one of them took it. Never rejects. */
  deliver(user: Aor, text: string, signal: AbortSignal): Promise<boolean>
}

export interface DeskMessagesParts {
  readonly desk: readonly Aor[]
  readonly phones: DeskPhones
  readonly clock: Clock
  readonly log: Log
}

const roundWithinMs = 8_000
const againAfterMs = 10_000
const mostRounds = 30
/** Beyond it the oldest is given up: it has been tried longest. */
const mostAtOnce = 50

/** Shows a message on the phones of the desk, again and again until one of them has taken it. */
export class DeskMessages implements Part {
  readonly name = 'desk messages'
  readonly #parts: DeskMessagesParts
  readonly #waiting = new Map<symbol, Timer | undefined>()

  constructor(parts: DeskMessagesParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    // There is nothing to do until somebody calls.
  }

  async stop(): Promise<void> {
    for (const timer of this.#waiting.values()) timer?.cancel()
    this.#waiting.clear()
  }

  /** Returns at once. */
  show(text: string): void {
    if (this.#parts.desk.length === 0) return
    const [oldest] = this.#waiting.keys()
    if (oldest !== undefined && this.#waiting.size >= mostAtOnce) this.#giveUp(oldest)
    const message = Symbol('message')
    this.#waiting.set(message, undefined)
    void this.#round(message, text, 1)
  }

  async #round(message: symbol, text: string, round: number): Promise<void> {
    const { desk, clock, log } = this.#parts
    const taken = await Promise.all(desk.map((user) => this.#deliver(user, text)))
    if (!this.#waiting.has(message)) return
    if (taken.includes(true)) {
      this.#waiting.delete(message)
      return
    }
    log.warn({ desk: desk.map(printAor), round }, 'no phone of the desk took the message')
    if (round >= mostRounds) {
      this.#waiting.delete(message)
      return
    }
    const again = clock.after(againAfterMs, () => void this.#round(message, text, round + 1))
    this.#waiting.set(message, again)
  }

  async #deliver(user: Aor, text: string): Promise<boolean> {
    const { clock, phones } = this.#parts
    const answer = await within(roundWithinMs, clock, (signal) => phones.deliver(user, text, signal))
    return answer.kind === 'value' && answer.value
  }

  #giveUp(message: symbol): void {
    this.#waiting.get(message)?.cancel()
    this.#waiting.delete(message)
  }
}
