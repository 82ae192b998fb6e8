import type { Clock } from '../../lib/clock.ts'
import type { PreparedLeg } from './prepared-leg.ts'

/** An answered leg as its call holds it. */
export interface LimitedLeg {
  /** Fires when the box has to end the call; its reason is the cause, in words. */
  readonly ends: AbortSignal | undefined
  release(): void
}

/** Lets the call hear when the leg has lasted as long as it may. */
export function limitedLeg(leg: PreparedLeg, clock: Clock): LimitedLeg {
  const { ends, endsAfterMs } = leg
  if (endsAfterMs === undefined) return { ends, release: () => leg.release() }
  const limit = new AbortController()
  const timer = clock.after(endsAfterMs, () => limit.abort("limit of the call's length"))
  const release = () => {
    timer.cancel()
    leg.release()
  }
  return { ends: ends ? AbortSignal.any([ends, limit.signal]) : limit.signal, release }
}
