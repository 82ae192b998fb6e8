import type { Clock } from '../../lib/clock.ts'
import type { DialogStore } from '../dialog/dialog-store.ts'
import type { SipRequest } from '../message/message.ts'
import type { TransactionLayer } from '../transaction/transaction-user.ts'
import type { CallEnd, CallRecords } from './call-records.ts'
import { unsolicitedLeader } from './leader.ts'
import type { Leg } from './leg.ts'
import { wireTime } from './wire-time.ts'

export interface LegReleaseParts {
  readonly layer: TransactionLayer
  readonly legs: DialogStore<Leg>
  readonly records: CallRecords
  readonly clock: Clock
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
    leg.reliable?.stop()
    leg.settleAnswer()
    leg.pendingInvite?.onDialogEnded()
    leg.pendingInvite = undefined
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
    this.#parts.layer.request(
      request,
      { kind: 'uri', uri: nextHop },
      {
        onSent: (bye, flow) => {
          if (isTold) return
          isTold = true
          const bytes = bye.toBuffer()
          const time = wireTime(this.#parts.clock.now())
          leg.application.send(unsolicitedLeader(bytes.length, flow, time, leg.id), bytes)
          onSent?.(bye)
        },
        onResponse: () => undefined,
        // Nobody is there to be told: the dialog is over either way.
        onFailure: () => undefined,
      },
    )
  }
}
