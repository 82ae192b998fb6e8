import type { CallRate } from '../domain/call-rate.ts'
import type { CallQuestion } from '../domain/route.ts'

/** A leg to the telephone network, as it is charged. */
export interface OutsideFacts {
  readonly outsideNumber?: string
  readonly rate?: CallRate
}

/** What of a question says who pays. */
export type Payer = Pick<CallQuestion, 'source' | 'sourceLabel' | 'caller'>

/** A leg that was taken over is charged beside the one that was called; for its answer it was charged before. */
export function chargedTogether(called: OutsideFacts = {}, takenOver: OutsideFacts = {}): OutsideFacts {
  const before = takenOver.rate && { ...takenOver.rate, setup: 0 }
  const rate =
    called.rate && before
      ? {
          perMinute: called.rate.perMinute + before.perMinute,
          setup: called.rate.setup,
          stepSeconds: Math.max(called.rate.stepSeconds, before.stepSeconds),
        }
      : (called.rate ?? before)
  const outsideNumber = called.outsideNumber ?? takenOver.outsideNumber
  return { ...(outsideNumber !== undefined && { outsideNumber }), ...(rate && { rate }) }
}

/** Who pays for the calls of this question: whoever of them is known to the box. */
export function payerOf({ source, sourceLabel, caller }: Payer): string | undefined {
  if (caller) return `${caller.user}@${caller.domain}`
  return source === 'overlay' || source === 'pbx' ? sourceLabel : undefined
}
