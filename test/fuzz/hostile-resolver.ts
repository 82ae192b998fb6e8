import type { Hop, HopQuery, HopResolver } from '../../src/engine/transport/hop.ts'
import { NumericResolver } from '../../src/engine/transport/numeric-resolver.ts'
import type { Clock } from '../../src/lib/clock.ts'

/** Names that lead to several hops, slowly, never, or nowhere. */
export class HostileResolver implements HopResolver {
  readonly #numeric = new NumericResolver()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  resolve(query: HopQuery, signal: AbortSignal): readonly Hop[] | Promise<readonly Hop[]> {
    switch (query.host) {
      case 'many.example':
        return [hop(5060), hop(5070, 'tcp'), hop(5080)]
      case 'slow.example':
        return new Promise((resolve) => this.#clock.after(300, () => resolve([hop(5070), hop(5060)])))
      case 'never.example':
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted'))),
        )
      default:
        return this.#numeric.resolve(query)
    }
  }
}

const hop = (port: number, transport: 'udp' | 'tcp' = 'udp'): Hop => ({
  transport,
  address: '198.51.100.8',
  port,
  host: 'many.example',
})
