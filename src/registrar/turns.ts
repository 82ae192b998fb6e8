/** Work on the same key is done one after the other, on different keys at the same time. */
export class Turns {
  readonly #lines = new Map<string, { last: Promise<unknown>; length: number }>()

  /** How many are at work or waiting for this key. */
  length(key: string): number {
    return this.#lines.get(key)?.length ?? 0
  }

  take<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const line = this.#lines.get(key)
    const result = line ? line.last.then(work, work) : work()
    const mine = line ?? { last: result, length: 0 }
    mine.last = result
    mine.length++
    if (!line) this.#lines.set(key, mine)
    const leave = (): void => {
      if (--mine.length === 0) this.#lines.delete(key)
    }
    result.then(leave, leave)
    return result
  }

  /** Resolves when all work that was begun is done, well or badly. */
  async done(): Promise<void> {
    while (this.#lines.size > 0) await Promise.allSettled([...this.#lines.values()].map(({ last }) => last))
  }
}
