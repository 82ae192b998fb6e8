/**
 * A waiting line in which each source has its turn, however many it has sent (fair queueing, RFC 970): who floods waits
 * behind himself.
 */
export class FairLine<Item> {
  /** What waits, by source; the sources in the order of their turns. None is empty. */
  readonly #bySource = new Map<string, Item[]>()
  /** Sources for which more than one waits. */
  readonly #crowded = new Set<string>()

  get isEmpty(): boolean {
    return this.#bySource.size === 0
  }

  has(source: string): boolean {
    return this.#bySource.has(source)
  }

  push(source: string, item: Item): void {
    const waiting = this.#bySource.get(source)
    if (!waiting) {
      this.#bySource.set(source, [item])
      return
    }
    waiting.push(item)
    this.#crowded.add(source)
  }

  /** The first of the source whose turn it is; undefined when nobody waits. */
  shift(): Item | undefined {
    const [turn] = this.#bySource
    if (!turn) return undefined
    const [source, waiting] = turn
    const item = waiting.shift()
    this.#bySource.delete(source)
    if (waiting.length > 0) this.#bySource.set(source, waiting)
    if (waiting.length < 2) this.#crowded.delete(source)
    return item
  }

  /** Takes out what came last from the source with the most; undefined when none has more than one. */
  popFromLongest(): Item | undefined {
    let longest: { source: string; waiting: Item[] } | undefined
    for (const source of this.#crowded) {
      const waiting = this.#bySource.get(source) ?? []
      if (waiting.length > (longest?.waiting.length ?? 0)) longest = { source, waiting }
    }
    if (!longest) return undefined
    const item = longest.waiting.pop()
    if (longest.waiting.length < 2) this.#crowded.delete(longest.source)
    return item
  }
}
