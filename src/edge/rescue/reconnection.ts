import { CallRejected } from '../../domain/call-rejected.ts'
import type { Clock } from '../../lib/clock.ts'
import type { MediaSession, MediaSide } from '../neighbours.ts'
import { negotiate } from '../transfer/negotiation.ts'
import type { HeldLeg } from '../transfer/transferable-call.ts'

const mostTries = 5
/** RFC 3261 §14.1 would have the owner of a Call-ID wait for 2.1 s at least: too long for people who hear nothing. */
const glareMs = 1_000
const isGone = new Set([408, 481])
const requestPending = 491

/**
 * Lets the far ends of two calls hear each other. A phone that will not make an offer when it is asked for one may still
 * take the other one's, and one that is just asking for something itself is asked again. Rejects with a `GatewayError`.
 */
export async function reconnect(
  legs: Readonly<Record<MediaSide, HeldLeg>>,
  media: MediaSession,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  let offerer: MediaSide = 'callee'
  for (let tries = 1; ; tries++) {
    try {
      return await negotiate(legs, media, offerer)
    } catch (error) {
      const mayTryAgain = error instanceof CallRejected && !isGone.has(error.sipStatus)
      if (!mayTryAgain || signal.aborted || tries >= mostTries) throw error
      if (error.sipStatus === requestPending) await pause(Math.random() * glareMs, clock)
      else if (offerer === 'callee') offerer = 'caller'
      else throw error
    }
  }
}

function pause(milliseconds: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => void clock.after(milliseconds, resolve))
}
