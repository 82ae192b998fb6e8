import type { Clock, Timer } from './clock.ts'

interface Pending {
  readonly due: number
  readonly order: number
  readonly action: () => void
}

/** A clock that moves only when told to. Timers fire in the order of their due time, then of their setting. */
export class FakeClock implements Clock {
  #now: number
  #order = 0
  /** What is due first comes last. */
  readonly #pending: Pending[] = []

  constructor(now = 0) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(milliseconds: number, action: () => void): Timer {
    const entry: Pending = { due: this.#now + milliseconds, order: this.#order++, action }
    this.#pending.splice(this.#placeOf(entry), 0, entry)
    return {
      cancel: () => {
        const place = this.#placeOf(entry)
        if (this.#pending[place] === entry) this.#pending.splice(place, 1)
      },
    }
  }

  /** Moves time on, firing what falls due on the way. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds
    for (;;) {
      const next = this.#pending.at(-1)
      if (!next || next.due > end) break
      this.#pending.pop()
      this.#now = next.due
      next.action()
    }
    this.#now = end
  }

  get pendingTimers(): number {
    return this.#pending.length
  }

  #placeOf({ due, order }: Pending): number {
    let from = 0
    let to = this.#pending.length
    while (from < to) {
      const middle = (from + to) >> 1
      const other = this.#pending[middle] as Pending
      if (other.due > due || (other.due === due && other.order > order)) from = middle + 1
      else to = middle
    }
    return from
  }
}
