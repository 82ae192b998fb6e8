import type { Clock } from '../../lib/clock.ts'
import type { DialogStore } from '../dialog/dialog-store.ts'
import type { SipRequest } from '../message/message.ts'
import type { TransactionLayer } from '../transaction/transaction-user.ts'
import type { Flow } from '../transport/flow.ts'
import type { CallEnd, CallRecords } from './call-records.ts'
import { unsolicitedLeader } from './leader.ts'
import type { Leg } from './leg.ts'
import { wireTime } from './wire-time.ts'

export interface LegReleaseParts {
  readonly layer: TransactionLayer
  readonly legs: DialogStore<Leg>
  readonly records: CallRecords
  readonly clock: Clock
  /** 64·T1. */
  readonly lingerMs: number
}

/** How legs end, and the BYEs that the engine sends of its own accord. */
export class LegRelease {
  readonly #parts: LegReleaseParts

  constructor(parts: LegReleaseParts) {
    this.#parts = parts
  }

  /** Forgets the leg and whatever is under way in it. */
  end(leg: Leg): void {
    if (leg.state === 'ended') return
    this.#parts.legs.remove(leg)
    leg.expiry?.cancel()
    leg.sessionTimer?.cancel()
    leg.reliable?.stop()
    leg.settleAnswer()
    leg.pendingInvite?.onDialogEnded()
    leg.pendingInvite = undefined
  }

  /**
   * Ends a leg that may be forgotten by everybody: `seconds` and 64·T1 after now, unless this is called again. Used for
   * subscriptions that nobody refreshes and for calls whose BYE was challenged and not sent again.
   */
  endAfter(leg: Leg, seconds: number): void {
    if (leg.state === 'ended') return
    leg.expiry?.cancel()
    leg.expiry = this.#parts.clock.after(seconds * 1_000 + this.#parts.lingerMs, () => this.end(leg))
  }

  /** Ends the call with a BYE and tells the application, which must not send one too. */
  bye(leg: Leg, reason: string, end: CallEnd = 'system-initiated-termination'): void {
    if (leg.state === 'ended') return
    this.end(leg)
    this.#sendBye(leg, reason, (bye) => this.#parts.records.stop('application', end, bye))
  }

  #sendBye(leg: Leg, reason: string, onSent?: (bye: SipRequest) => void): void {
    const { request, nextHop } = leg.newRequest('BYE', [{ name: 'Reason', key: 'reason', value: reason }])
    let isTold = onSent === undefined
    const tell = (bye: SipRequest, flow: Flow | undefined): void => {
      if (isTold) return
      isTold = true
      const bytes = bye.toBuffer()
      const time = wireTime(this.#parts.clock.now())
      leg.application.send(unsolicitedLeader(bytes.length, flow, time, leg.id), bytes)
      onSent?.(bye)
    }
    this.#parts.layer.request(
      request,
      { kind: 'uri', uri: nextHop },
      {
        onSent: tell,
        onResponse: () => undefined,
        // The far end cannot be told, but the dialog is over either way: the application must hear of it.
        onFailure: () => tell(request, undefined),
      },
    )
  }
}
