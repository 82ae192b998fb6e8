import { createHash } from 'node:crypto'

/** Chance that a seed decides: the same numbers on every machine, and a series of its own for every named branch. */
export class SeededRandom {
  readonly #seed: string
  #block: Buffer = Buffer.alloc(0)
  #blocks = 0

  constructor(seed: string) {
    this.#seed = seed
  }

  /** Independent of what was and will be drawn here. */
  branch(name: string): SeededRandom {
    return new SeededRandom(`${this.#seed}/${name}`)
  }

  /** 0 or more, below 1. */
  fraction(): number {
    if (this.#block.length < 4)
      this.#block = createHash('sha256')
        .update(`${this.#seed} ${this.#blocks++}`)
        .digest()
    const drawn = this.#block.readUInt32BE(0) / 2 ** 32
    this.#block = this.#block.subarray(4)
    return drawn
  }

  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit)
  }

  /** Throws when there is nothing to pick from. */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }

  shuffled<Item>(items: readonly Item[]): Item[] {
    return items
      .map((item) => ({ item, order: this.fraction() }))
      .toSorted((a, b) => a.order - b.order)
      .map(({ item }) => item)
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.below(256))
  }
}
