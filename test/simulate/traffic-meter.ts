/** Bytes that a box sent, by what for: the type of the question, its answer included. */
export class TrafficMeter {
  readonly #bytes = new Map<string, number>()

  sent(purpose: string, bytes: number): void {
    this.#bytes.set(purpose, (this.#bytes.get(purpose) ?? 0) + bytes)
  }

  reading(): ReadonlyMap<string, number> {
    return new Map(this.#bytes)
  }
}

/** What was sent between two readings, what weighs most first. */
export function sentBetween(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  return new Map(
    [...after]
      .map(([purpose, bytes]) => [purpose, bytes - (before.get(purpose) ?? 0)] as const)
      .filter(([, bytes]) => bytes > 0)
      .toSorted(([, a], [, b]) => b - a),
  )
}

export function total(bytes: ReadonlyMap<string, number>): number {
  return [...bytes.values()].reduce((sum, each) => sum + each, 0)
}
