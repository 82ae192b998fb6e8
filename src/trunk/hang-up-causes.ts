import type { AsteriskHangup } from '../domain/asterisk-state.ts'
import { RecentMap } from '../lib/recent-map.ts'

const mostRemembered = 5_000

/** Why the channels of Asterisks ended, by the Call-ID of their SIP leg. */
export class HangUpCauses {
  /** 0 where channels of one Call-ID say different things: that is nobody's cause. */
  readonly #causes = new RecentMap<number>(mostRemembered)

  saw({ callId, cause }: AsteriskHangup): void {
    if (callId === undefined || cause === 0) return
    const known = this.#causes.get(callId)
    this.#causes.set(callId, known === undefined || known === cause ? cause : 0)
  }

  /** Q.850; undefined when no channel of that call has ended yet, or none said why. */
  causeOf(callId: string): number | undefined {
    return this.#causes.get(callId) || undefined
  }
}
