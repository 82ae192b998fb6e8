import type { Hop, HopQuery, HopResolver } from '../../engine/transport/hop.ts'

/** Asks the main thread where a peer is. */
export type AskForPeer = (query: HopQuery, signal: AbortSignal) => Promise<readonly Hop[]>

/** Peer names lead to the local ends of SIP links; all other names are the name server's business. */
export class PeerHopResolver implements HopResolver {
  readonly #ask: AskForPeer
  readonly #others: HopResolver
  /** Lower case, without a leading dot. */
  suffixes: readonly string[]

  constructor(suffixes: readonly string[], ask: AskForPeer, others: HopResolver) {
    this.suffixes = suffixes
    this.#ask = ask
    this.#others = others
  }

  resolve(query: HopQuery, signal: AbortSignal): readonly Hop[] | Promise<readonly Hop[]> {
    return this.#isPeer(query.host) ? this.#ask(query, signal) : this.#others.resolve(query, signal)
  }

  #isPeer(host: string): boolean {
    const name = host.toLowerCase()
    return this.suffixes.some((suffix) => name.endsWith(`.${suffix}`))
  }
}
