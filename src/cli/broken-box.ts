import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { within } from '../lib/time-box.ts'

export interface BrokenBoxParts {
  readonly box: Pick<Part, 'stop'>
  readonly clock: Clock
  readonly log: Log
  /** Ends the process at once. */
  readonly end: () => void
}

const stopWithinMs = 10_000

/** Stops a box whose engine has died. A part of it may wait for that engine for good: the next box must not wait for it. */
export async function stopBrokenBox({ box, clock, log, end }: BrokenBoxParts): Promise<void> {
  const stopped = await within(stopWithinMs, clock, () => box.stop())
  if (stopped.kind === 'failed') throw stopped.error
  if (stopped.kind === 'value') return
  log.error(
    { waitedMs: stopWithinMs },
    'the engine has died, and not all parts of the box stop: the process ends at once',
  )
  end()
}
