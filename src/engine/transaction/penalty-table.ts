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

  add(hop: Hop, milliseconds: number): void {
    const { transport, address, port } = hop
    const key = keyOf(hop)
    this.#penalties.delete(key)
    this.#penalties.set(key, { transport, address, port, until: this.#clock.now() + milliseconds })
    if (this.#penalties.size <= this.#limit) return
    const oldest = this.#penalties.keys().next().value
    if (oldest !== undefined) this.#penalties.delete(oldest)
  }

  /** The hop has answered. */
  forgive(hop: Hop): void {
    if (this.#penalties.size > 0) this.#penalties.delete(keyOf(hop))
  }

  /** The same hops, those with a penalty behind the others. */
  inOrder(hops: readonly Hop[]): readonly Hop[] {
    if (this.#penalties.size === 0 || hops.length < 2) return hops
    return [...hops.filter((hop) => !this.isDue(hop)), ...hops.filter((hop) => this.isDue(hop))]
  }

  /** Whether a hop has a penalty at this time. */
  isDue(hop: Hop): boolean {
    const key = keyOf(hop)
    const penalty = this.#penalties.get(key)
    if (!penalty) return false
    if (penalty.until > this.#clock.now()) return true
    this.#penalties.delete(key)
    return false
  }
}

/** On TLS what failed may be the name: a server without a certificate for one domain is well for another. */
function keyOf({ transport, address, port, host }: Hop): string {
  const place = `${transport} ${address} ${port}`
  return transport === 'tls' ? `${place} ${host.toLowerCase()}` : place
}
