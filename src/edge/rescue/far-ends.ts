import type { Clock } from '../../lib/clock.ts'
import { within } from '../../lib/time-box.ts'
import type { MediaSide } from '../neighbours.ts'
import type { CallUnderWay } from '../transfer/transferable-call.ts'
import type { RescuedCalls } from './rescued-call.ts'

const answerWithinMs = 1_000
/** RFC 3261 §12.2.1.2: nobody there, or nobody who knows this call. */
const isGone = new Set([408, 481])

/**
 * Whether both far ends answer the box. When they do not, it may be the box that is cut off, and people talk on without it:
 * nothing may be done to their call.
 */
export async function areReachable({ to, from }: RescuedCalls, clock: Clock): Promise<boolean> {
  const [one, other] = await Promise.all([answers(to, 'caller', clock), answers(from, 'callee', clock)])
  return one && other
}

async function answers({ bridge }: CallUnderWay, side: MediaSide, clock: Clock): Promise<boolean> {
  if (!bridge || bridge.isOver) return false
  const answer = await within(answerWithinMs, clock, () =>
    bridge.leg(side).request('OPTIONS', { onlyAsks: true }),
  )
  return answer.kind === 'value' && !answer.value.isLocal && !isGone.has(answer.value.status)
}
