import type { SeededRandom } from './seeded-random.ts'

export interface PathSettings {
  /** One way, at least. */
  readonly latencyMilliseconds: number
  /** A packet takes up to this share longer. */
  readonly jitter: number
  /** Of packets, from 0 to 1. */
  readonly loss: number
}

/** Where a packet goes from and to: hosts by name. */
export interface Route {
  readonly from: string
  readonly to: string
}

/** What lies between hosts: the same delay between any two, loss, and at times a cut between two sides. */
export class SimulatedPaths {
  readonly #settings: PathSettings
  readonly #random: SeededRandom
  /** Hosts on the far side of a cut. */
  #farSide: ReadonlySet<string> = new Set()

  constructor(settings: PathSettings, random: SeededRandom) {
    this.#settings = settings
    this.#random = random
  }

  /** There and back, when nothing is in the way. */
  get roundTripMilliseconds(): number {
    return 2 * this.#settings.latencyMilliseconds
  }

  /** How long so many packets take; undefined when one of them does not arrive. */
  crossing(route: Route, packets: number): number | undefined {
    const { latencyMilliseconds, jitter, loss } = this.#settings
    if (!this.areJoined(route)) return undefined
    for (let packet = 0; loss > 0 && packet < packets; packet++)
      if (this.#random.fraction() < loss) return undefined
    return Math.round(latencyMilliseconds * (1 + jitter * this.#random.fraction()))
  }

  areJoined({ from, to }: Route): boolean {
    return this.isOnFarSide(from) === this.isOnFarSide(to)
  }

  isOnFarSide(host: string): boolean {
    return this.#farSide.has(host)
  }

  cut(farSide: ReadonlySet<string>): void {
    this.#farSide = farSide
  }

  heal(): void {
    this.#farSide = new Set()
  }
}
