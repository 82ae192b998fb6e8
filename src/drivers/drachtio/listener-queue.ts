/** Holds what happens before somebody listens, up to a limit; then passes it straight on. */
export class ListenerQueue<Event> {
  readonly #limit: number
  #waiting: Event[] = []
  #listener: ((event: Event) => void) | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  /** False when nobody listens and the queue is full. */
  tell(event: Event): boolean {
    if (this.#listener) {
      this.#listener(event)
      return true
    }
    if (this.#waiting.length >= this.#limit) return false
    this.#waiting.push(event)
    return true
  }

  /** One listener; a later one takes the place of the former. */
  listen(listener: (event: Event) => void): void {
    this.#listener = listener
    const waiting = this.#waiting
    this.#waiting = []
    for (const event of waiting) listener(event)
  }
}
