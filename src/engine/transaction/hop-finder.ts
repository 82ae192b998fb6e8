import type { Hop, HopResolver } from '../transport/hop.ts'
import { hopQueryFor, hopsFor } from './hop-query.ts'
import type { PenaltyTable } from './penalty-table.ts'
import type { Destination } from './transaction-user.ts'

/** A destination as hops, those tried last that were dead a moment ago. */
export class HopFinder {
  readonly #resolver: HopResolver
  readonly #penalties: PenaltyTable

  constructor(resolver: HopResolver, penalties: PenaltyTable) {
    this.#resolver = resolver
    this.#penalties = penalties
  }

  /** Throws or rejects when the URI is no SIP URI or leads nowhere. */
  find(
    destination: Exclude<Destination, { kind: 'flow' }>,
    signal: AbortSignal,
  ): readonly Hop[] | Promise<readonly Hop[]> {
    if (destination.kind === 'hops') return this.#penalties.inOrder(destination.hops)
    const query = hopQueryFor(destination.uri)
    const found = this.#resolver.resolve(query, signal)
    if (found instanceof Promise) return found.then((hops) => this.#penalties.inOrder(hopsFor(query, hops)))
    return this.#penalties.inOrder(hopsFor(query, found))
  }
}
