export interface Timer {
  cancel(): void
}

/** Time as a dependency, so that machines with timers are tested without waiting. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Runs `action` once after `milliseconds`, 24 days at most; the timer does not keep the process alive. */
  after(milliseconds: number, action: () => void): Timer
}

/** `setTimeout` takes a longer wait for none at all. */
const longestMs = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, action) => {
    const handle = setTimeout(action, Math.min(milliseconds, longestMs))
    handle.unref()
    return { cancel: () => clearTimeout(handle) }
  },
}
