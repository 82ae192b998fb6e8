import type { Clock } from './clock.ts'

export interface Bound {
  readonly signal: AbortSignal
  abort(reason: Error): void
  /** The work is over: the signal will not fire by itself any more. */
  lift(): void
}

/** A signal that fires with an `Error` of that reason after so long by the clock. */
export function abortAfter(clock: Clock, milliseconds: number, reason: string): Bound {
  const controller = new AbortController()
  const timer = clock.after(milliseconds, () => controller.abort(new Error(reason)))
  return {
    signal: controller.signal,
    abort: (error) => controller.abort(error),
    lift: () => timer.cancel(),
  }
}
