const bucketMs = 1_000

/** Things that expire, sorted into seconds, so that a sweep touches only what is due. */
export class ExpiryBuckets<Item extends { readonly expiresAt: number }> {
  readonly #buckets = new Map<number, Set<Item>>()
  #sweptUntil: number | undefined

  add(item: Item): void {
    const second = bucketOf(item)
    const bucket = this.#buckets.get(second)
    if (bucket) bucket.add(item)
    else this.#buckets.set(second, new Set([item]))
    if (this.#sweptUntil !== undefined && second < this.#sweptUntil) this.#sweptUntil = second
  }

  remove(item: Item): void {
    const second = bucketOf(item)
    const bucket = this.#buckets.get(second)
    if (bucket?.delete(item) && bucket.size === 0) this.#buckets.delete(second)
  }

  /** Takes out all that expired a whole second ago or longer. */
  take(now: number): Item[] {
    const end = Math.floor(now / bucketMs)
    const taken: Item[] = []
    for (const second of this.#dueSeconds(end)) {
      taken.push(...(this.#buckets.get(second) ?? []))
      this.#buckets.delete(second)
    }
    this.#sweptUntil = end
    return taken
  }

  /** Seconds before `end` that hold something; walks the shorter of the clock and the buckets. */
  #dueSeconds(end: number): number[] {
    const start = this.#sweptUntil
    if (start === undefined || end - start > this.#buckets.size || end < start)
      return [...this.#buckets.keys()].filter((second) => second < end)
    return Array.from({ length: end - start }, (_, index) => start + index).filter((second) =>
      this.#buckets.has(second),
    )
  }
}

function bucketOf({ expiresAt }: { readonly expiresAt: number }): number {
  return Math.floor(expiresAt / bucketMs)
}
