import type { Clock, Timer } from '../lib/clock.ts'
import type { Part } from '../lib/part.ts'

/** Who knows addresses of PBXs, trunks and other neighbours. */
export interface NeighbourSource {
  knownAddresses(): Iterable<string>
}

/** Names follow the DNS, so what they stand for is asked again. */
const askEveryMs = 5_000

/** Keeps the engine told of the addresses that no limit applies to. */
export class NeighbourAddresses implements Part {
  readonly name = 'neighbour addresses'
  readonly #sources: readonly NeighbourSource[]
  readonly #tell: (addresses: readonly string[]) => void
  readonly #clock: Clock
  #told = ''
  #timer: Timer | undefined

  constructor(
    sources: readonly NeighbourSource[],
    tell: (addresses: readonly string[]) => void,
    clock: Clock,
  ) {
    this.#sources = sources
    this.#tell = tell
    this.#clock = clock
  }

  async start(): Promise<void> {
    this.#told = ''
    this.#look()
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
  }

  #look(): void {
    const addresses = [...new Set(this.#sources.flatMap((source) => [...source.knownAddresses()]))].sort()
    const text = addresses.join(' ')
    if (text !== this.#told) this.#tell(addresses)
    this.#told = text
    this.#timer = this.#clock.after(askEveryMs, () => this.#look())
  }
}
