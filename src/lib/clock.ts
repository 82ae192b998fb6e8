export interface Timer {
  cancel(): void
}

/** Time as a dependency, so that machines with timers are tested without waiting. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Runs `action` once after `milliseconds`; the timer does not keep the process alive. */
  after(milliseconds: number, action: () => void): Timer
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, action) => {
    const handle = setTimeout(action, milliseconds)
    handle.unref()
    return { cancel: () => clearTimeout(handle) }
  },
}
