import type { Timer } from '../../lib/clock.ts'
import { dialogIdOf } from '../dialog/dialog.ts'
import { newTag } from '../message/identifiers.ts'
import type { SipRequest } from '../message/message.ts'
import type { ServerTransaction } from '../transaction/transaction-user.ts'
import type { Flow, ListeningPoint } from '../transport/flow.ts'
import type { Application } from './application.ts'
import type { Leg } from './leg.ts'

/** A request of the network in an application's hands, until its final response. */
export class IncomingRequest {
  readonly application: Application
  readonly transactionId: string
  readonly transaction: ServerTransaction
  /** The listening point it came to. */
  readonly point: ListeningPoint
  /** The dialog it came in, or that responses to it have made. */
  leg: Leg | undefined
  readonly isInLeg: boolean
  /** Runs until the application says its first word about an INVITE. */
  silence: Timer | undefined
  readonly #isSpiral: boolean
  #localTag: string | undefined

  constructor(
    application: Application,
    transactionId: string,
    transaction: ServerTransaction,
    point: ListeningPoint,
    leg: Leg | undefined,
    isSpiral = false,
  ) {
    this.application = application
    this.transactionId = transactionId
    this.transaction = transaction
    this.point = point
    this.leg = leg
    this.isInLeg = leg !== undefined
    this.#isSpiral = isSpiral
    this.#localTag = transaction.request.to.tag
  }

  get request(): SipRequest {
    return this.transaction.request
  }

  /**
   * What applications call the dialog that answers to this request make. A request of ours that a proxy sent back has
   * the same Call-ID and From tag as our own end of that dialog, so that this end needs another name.
   */
  get newDialogId(): string {
    const id = dialogIdOf(this.request.callId, this.request.from.tag ?? '')
    return this.#isSpiral ? `${id};spiral` : id
  }

  get flow(): Flow {
    return this.transaction.flow
  }

  /** The tag that all responses carry (RFC 3261 §8.2.6.2); the application may choose it before the first. */
  localTag(wish?: string): string {
    this.#localTag ??= wish ?? newTag()
    return this.#localTag
  }
}
