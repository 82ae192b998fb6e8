/**
 * V8 keeps a Map in a table that it replaces after so many deletions, and links each old table to the next. Once one
 * table has grown old (a quiet minute does), all that follow are kept until the next full collection, and with each
 * whatever was in it at its end. In a small Map for calls under way that is nearly every call, whole: the young
 * generation copies them all and the old one fills with garbage (docs/performance.md). With these entries, which never
 * leave, a table lasts for hundreds of deletions.
 */
const fillers: readonly symbol[] = Array.from({ length: 256 }, () => Symbol('filler'))

/** A Map for what comes and goes all the time, such as calls: entries that were deleted burden no collection. */
export class TurnoverMap<Key, Value> extends Map<Key, Value> {
  constructor() {
    super()
    this.#fill()
  }

  override get size(): number {
    return super.size - fillers.length
  }

  override clear(): void {
    super.clear()
    this.#fill()
  }

  override entries(): MapIterator<[Key, Value]> {
    return super.entries().drop(fillers.length) as MapIterator<[Key, Value]>
  }

  override keys(): MapIterator<Key> {
    return super.keys().drop(fillers.length) as MapIterator<Key>
  }

  override values(): MapIterator<Value> {
    return super.values().drop(fillers.length) as MapIterator<Value>
  }

  override forEach(visit: (value: Value, key: Key, map: Map<Key, Value>) => void): void {
    for (const [key, value] of this) visit(value, key, this)
  }

  override [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.entries()
  }

  /** They come first for good: a Map goes by the order of insertion. */
  #fill(): void {
    for (const filler of fillers) super.set(filler as Key, undefined as Value)
  }
}

/** The same for a Set. */
export class TurnoverSet<Item> extends Set<Item> {
  constructor() {
    super()
    this.#fill()
  }

  override get size(): number {
    return super.size - fillers.length
  }

  override clear(): void {
    super.clear()
    this.#fill()
  }

  override entries(): SetIterator<[Item, Item]> {
    return super.entries().drop(fillers.length) as SetIterator<[Item, Item]>
  }

  override keys(): SetIterator<Item> {
    return this.values()
  }

  override values(): SetIterator<Item> {
    return super.values().drop(fillers.length) as SetIterator<Item>
  }

  override forEach(visit: (item: Item, again: Item, set: Set<Item>) => void): void {
    for (const item of this) visit(item, item, this)
  }

  override [Symbol.iterator](): SetIterator<Item> {
    return this.values()
  }

  #fill(): void {
    for (const filler of fillers) super.add(filler as Item)
  }
}
