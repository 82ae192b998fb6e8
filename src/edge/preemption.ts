import type { CallQuestion } from '../domain/route.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { within } from '../lib/time-box.ts'
import { callToCut } from './call-to-cut.ts'
import type { CallUnderWay } from './transfer/transferable-call.ts'

export interface PreemptionParts {
  calls(): Iterable<CallUnderWay>
  /** Rescuers call back: such a call makes no room. */
  isCallback(question: CallQuestion): boolean
  readonly clock: Clock
  readonly log: Log
}

export const madeRoom = 'made room for an emergency call'
// RFC 4411 §3: 5 is a pre-emption by the network.
const reason = `preemption ;cause=5 ;text="${madeRoom}"`
/** How long the far end of the call that is cut has to answer before the emergency call goes out. */
const goodbyeWithinMs = 500

/** Hangs up a call so that a call for help finds a free channel. */
export class Preemption {
  readonly #parts: PreemptionParts

  constructor(parts: PreemptionParts) {
    this.#parts = parts
  }

  /** False when no call on this trunk may be cut; else the channel is free when it resolves, or will be in a moment. */
  async makeRoom(trunk: string): Promise<boolean> {
    const { calls, clock, log } = this.#parts
    const candidates = [...calls()]
      .filter((call) => call.occupies(trunk))
      .map((call) => this.#seen(call, trunk))
    const cut = callToCut(candidates)?.call
    if (!cut) {
      log.warn({ trunk }, 'no call can make room for an emergency call')
      return false
    }
    log.warn({ trunk, callId: cut.question.callId }, madeRoom)
    await within(goodbyeWithinMs, clock, () => cut.hangUp(madeRoom, 503, reason))
    return true
  }

  #seen(call: CallUnderWay, trunk: string) {
    const { question, callLog, emergency } = call
    return {
      call,
      isEmergency: emergency !== undefined,
      isCallback: this.#parts.isCallback(question),
      isIncoming: question.source === 'trunk' && question.sourceLabel === trunk,
      isAnswered: callLog.answeredAt !== undefined,
      startedAt: callLog.startedAt,
    }
  }
}
