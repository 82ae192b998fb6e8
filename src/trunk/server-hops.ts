import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { within } from '../lib/time-box.ts'
import { type HopLookUp, isSameHop, type ServerHop, type ServerQuery } from './server-hop.ts'

const lookUpWithinMs = 5_000

/** Which address of a server the next attempt goes to: the DNS is asked before each, and a dead address is left. */
export class ServerHops {
  readonly #query: ServerQuery
  readonly #names: HopLookUp
  readonly #clock: Clock
  readonly #log: Log
  #known: readonly ServerHop[] = []
  #failed: readonly ServerHop[] = []
  #lastGood: ServerHop | undefined
  #trouble: string | undefined

  constructor(query: ServerQuery, names: HopLookUp, clock: Clock, log: Log) {
    this.#query = query
    this.#names = names
    this.#clock = clock
    this.#log = log
  }

  /** All that the server had when it was last found. */
  get known(): readonly ServerHop[] {
    return this.#known
  }

  /** Why the addresses are old ones, or there are none; undefined while the DNS answers. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /**
   * The hop for the next attempt: that of the last success while the server still has it, else the first that did not
   * fail since. Undefined when the server was never found.
   */
  async next(): Promise<ServerHop | undefined> {
    const found = await within(lookUpWithinMs, this.#clock, (signal) =>
      this.#names.resolveAfresh(this.#query, signal),
    )
    if (found.kind === 'value') {
      this.#known = found.value
      this.#trouble = undefined
    } else this.#tellTrouble(found.kind === 'failed' ? String(found.error) : 'no name server answers in time')
    return this.#pick()
  }

  noteGood(hop: ServerHop): void {
    this.#lastGood = hop
    this.#failed = []
  }

  noteFailed(hop: ServerHop): void {
    this.#failed = [...this.#failed.filter((each) => !isSameHop(each, hop)), hop].slice(-32)
  }

  #pick(): ServerHop | undefined {
    let untried = this.#known.filter((hop) => !this.#failed.some((each) => isSameHop(each, hop)))
    if (untried.length === 0) {
      this.#failed = []
      untried = [...this.#known]
    }
    const last = this.#lastGood
    return (last && untried.find((hop) => isSameHop(hop, last))) ?? untried[0]
  }

  #tellTrouble(why: string): void {
    if (this.#trouble === undefined) {
      const { host } = this.#query
      this.#log.warn(
        { host, why, old: this.#known.length },
        'server not found in the DNS, old addresses stay',
      )
    }
    this.#trouble = why
  }
}
