import type { Clock } from '../../lib/clock.ts'
import type { Hop } from '../transport/hop.ts'

export interface Penalty {
  readonly transport: string
  readonly address: string
  readonly port: number
  /** Milliseconds since the epoch. */
  readonly until: number
}

/** Hops that were found dead or overloaded of late: they are tried last (RFC 3263 §4.3). */
export class PenaltyTable {
  readonly #clock: Clock
  readonly #limit: number
  readonly #penalties = new Map<string, Penalty>()

  constructor(clock: Clock, limit: number) {
    this.#clock = clock
    this.#limit = limit
  }

  /** Those in force, oldest first. */
  get entries(): readonly Penalty[] {
    const now = this.#clock.now()
    return [...this.#penalties.values()].filter((penalty) => penalty.until > now)
  }

  add({ transport, address, port }: Hop, milliseconds: number): void {
    const key = keyOf(transport, address, port)
    this.#penalties.delete(key)
    this.#penalties.set(key, { transport, address, port, until: this.#clock.now() + milliseconds })
    if (this.#penalties.size <= this.#limit) return
    const oldest = this.#penalties.keys().next().value
    if (oldest !== undefined) this.#penalties.delete(oldest)
  }

  /** The hop has answered. */
  forgive({ transport, address, port }: Hop): void {
    if (this.#penalties.size > 0) this.#penalties.delete(keyOf(transport, address, port))
  }

  /** The same hops, those with a penalty behind the others. */
  inOrder(hops: readonly Hop[]): readonly Hop[] {
    if (this.#penalties.size === 0 || hops.length < 2) return hops
    return [...hops.filter((hop) => !this.isDue(hop)), ...hops.filter((hop) => this.isDue(hop))]
  }

  /** Whether a hop has a penalty at this time. */
  isDue({ transport, address, port }: Hop): boolean {
    const key = keyOf(transport, address, port)
    const penalty = this.#penalties.get(key)
    if (!penalty) return false
    if (penalty.until > this.#clock.now()) return true
    this.#penalties.delete(key)
    return false
  }
}

function keyOf(transport: string, address: string, port: number): string {
  return `${transport} ${address} ${port}`
}
