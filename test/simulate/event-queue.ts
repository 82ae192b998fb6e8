export interface SimulatedEvent {
  readonly due: number
  readonly order: number
  readonly action: () => void
  cancelled: boolean
}

/** Events by their due time, then by the order in which they were planned: a binary heap. */
export class EventQueue {
  readonly #heap: SimulatedEvent[] = []
  #planned = 0

  add(due: number, action: () => void): SimulatedEvent {
    const event = { due, order: this.#planned++, action, cancelled: false }
    this.#heap.push(event)
    this.#rise(this.#heap.length - 1)
    return event
  }

  /** Removes and returns the next event that is due by then and was not cancelled. */
  take(by: number): SimulatedEvent | undefined {
    for (;;) {
      const [next] = this.#heap
      if (!next || next.due > by) return undefined
      this.#removeFirst()
      if (!next.cancelled) return next
    }
  }

  #removeFirst(): void {
    const last = this.#heap.pop()
    if (!last || this.#heap.length === 0) return
    this.#heap[0] = last
    this.#sink()
  }

  #rise(from: number): void {
    for (let place = from; place > 0; ) {
      const parent = (place - 1) >> 1
      if (!this.#swapIfEarlier(place, parent)) return
      place = parent
    }
  }

  #sink(): void {
    for (let place = 0; ; ) {
      const left = 2 * place + 1
      const child = isEarlier(this.#heap[left + 1], this.#heap[left]) ? left + 1 : left
      if (!this.#swapIfEarlier(child, place)) return
      place = child
    }
  }

  #swapIfEarlier(below: number, above: number): boolean {
    const lower = this.#heap[below]
    const upper = this.#heap[above]
    if (!lower || !upper || !isEarlier(lower, upper)) return false
    this.#heap[above] = lower
    this.#heap[below] = upper
    return true
  }
}

function isEarlier(a: SimulatedEvent | undefined, b: SimulatedEvent | undefined): boolean {
  if (!a || !b) return false
  return a.due < b.due || (a.due === b.due && a.order < b.order)
}
