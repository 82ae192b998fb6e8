import type { Clock, Timer } from './clock.ts'

interface Pending {
  due: number
  order: number
  action: () => void
}

/** A clock that moves only when told to. Timers fire in the order of their due time, then of their setting. */
export class FakeClock implements Clock {
  #now: number
  #order = 0
  #pending: Pending[] = []

  constructor(now = 0) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(milliseconds: number, action: () => void): Timer {
    const entry: Pending = { due: this.#now + milliseconds, order: this.#order++, action }
    this.#pending.push(entry)
    return {
      cancel: () => {
        this.#pending = this.#pending.filter((other) => other !== entry)
      },
    }
  }

  /** Moves time on, firing what falls due on the way. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds
    for (;;) {
      const next = this.#nextDue(end)
      if (!next) break
      this.#pending = this.#pending.filter((other) => other !== next)
      this.#now = next.due
      next.action()
    }
    this.#now = end
  }

  get pendingTimers(): number {
    return this.#pending.length
  }

  #nextDue(end: number): Pending | undefined {
    let next: Pending | undefined
    for (const entry of this.#pending) {
      if (entry.due > end) continue
      if (!next || entry.due < next.due || (entry.due === next.due && entry.order < next.order)) next = entry
    }
    return next
  }
}
