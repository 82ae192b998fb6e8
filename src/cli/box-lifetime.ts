import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { stopBrokenBox } from './broken-box.ts'

export interface BoxLifetimeParts {
  readonly box: {
    drain(withinMs: number): Promise<void>
    stop(): Promise<void>
    /** Resolves when the box can work no longer. */
    readonly broken: Promise<Error>
  }
  /** Undefined when nobody who started the box wants to know how it is. */
  readonly service: { stopping(): void } | undefined
  /** Resolves at the next signal that says stop. */
  readonly nextSignal: () => Promise<unknown>
  readonly clock: Clock
  readonly log: Log
  /** Ends the process at once. */
  readonly end: () => void
}

const drainWithinMs = 30_000

/**
 * Resolves with the exit code when the box has stopped. First signal: no new calls, those under way may end. Second signal:
 * stop at once. A box that can work no longer has no calls to wait for, whenever that happens.
 */
export async function runUntilStopped(parts: BoxLifetimeParts): Promise<number> {
  const { box, service, nextSignal } = parts
  if (isBroken(await Promise.race([nextSignal(), box.broken]))) {
    // Without STOPPING: systemd would end its watch, and wait for calls that are gone.
    await stopBrokenBox(parts)
    return 1
  }
  const drained = box.drain(drainWithinMs)
  service?.stopping()
  if (isBroken(await Promise.race([drained, nextSignal(), box.broken]))) {
    await stopBrokenBox(parts)
    return 1
  }
  await box.stop()
  return 0
}

const isBroken = (ended: unknown): boolean => ended instanceof Error
