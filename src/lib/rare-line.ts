import type { Clock } from './clock.ts'
import { RecentMap } from './recent-map.ts'

const usualInterval = 10_000
const subjectsRemembered = 1_024

interface Said {
  readonly at: number
  silent: number
}

/** Keeps lines that others cause from filling the log: one in ten seconds, or in another time, for each subject. */
export class RareLine {
  readonly #clock: Clock
  readonly #everyMilliseconds: number
  readonly #said = new RecentMap<Said>(subjectsRemembered)

  constructor(clock: Clock, everyMilliseconds = usualInterval) {
    this.#clock = clock
    this.#everyMilliseconds = everyMilliseconds
  }

  /** Writes, with the number of lines `unsaid` since the last one, or leaves it. */
  say(subject: string, write: (unsaid: number) => void): void {
    const now = this.#clock.now()
    const before = this.#said.get(subject)
    if (before && Math.abs(now - before.at) < this.#everyMilliseconds) {
      before.silent++
      return
    }
    this.#said.set(subject, { at: now, silent: 0 })
    write(before?.silent ?? 0)
  }
}
