import type { Timer } from '../../lib/clock.ts'
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
  readonly request: SipRequest
  /** The listening point it came to. */
  readonly point: ListeningPoint
  /** The leg it came in, or that answers to it have made. */
  leg: Leg | undefined
  readonly isInLeg: boolean
  /** Of an INVITE outside any dialog: what stays the same on every path it may take. */
  identity: string | undefined
  /** Runs until the application says its first word about an INVITE. */
  silence: Timer | undefined
  /** The dialog it came in, or the one that an answer to it makes; empty when it makes none. */
  readonly dialogId: string
  #localTag: string | undefined

  constructor(
    application: Application,
    transactionId: string,
    transaction: ServerTransaction,
    point: ListeningPoint,
    leg: Leg | undefined,
    dialogId: string,
  ) {
    this.application = application
    this.transactionId = transactionId
    this.transaction = transaction
    this.request = transaction.request
    this.point = point
    this.leg = leg
    this.isInLeg = leg !== undefined
    this.dialogId = dialogId
    this.#localTag = this.request.to.tag
  }

  get flow(): Flow {
    return this.transaction.flow
  }

  /** The tag that all responses carry (RFC 3261 §8.2.6.2); the application may choose it before the first. */
  localTag(wish?: string): string {
    this.#localTag ??= wish ?? this.transaction.toTag
    return this.#localTag
  }
}
