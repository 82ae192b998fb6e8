/**
 * A map that forgets what was set longest ago: it holds the last `limit` / 2 entries at least, and never more than
 * `limit`. In two generations, because taking the oldest key off a Map again and again costs more each time.
 */
export class RecentMap<Value> {
  readonly #half: number
  #young = new Map<string, Value>()
  #old = new Map<string, Value>()

  constructor(limit: number) {
    this.#half = Math.ceil(limit / 2)
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }

  get(key: string): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key)
  }

  set(key: string, value: Value): void {
    this.delete(key)
    if (this.#young.size >= this.#half) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }

  delete(key: string): boolean {
    return this.#young.delete(key) || this.#old.delete(key)
  }

  /** What was set last comes last. */
  *entries(): Iterable<[string, Value]> {
    yield* this.#old
    yield* this.#young
  }
}
