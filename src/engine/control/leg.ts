import type { Timer } from '../../lib/clock.ts'
import { Dialog, type DialogSpec } from '../dialog/dialog.ts'
import type { ReliableProvisionals } from '../dialog/reliable-provisionals.ts'
import type { Retransmission } from '../dialog/retransmission.ts'
import type { SipRequest } from '../message/message.ts'
import type { Flow, ListeningPoint } from '../transport/flow.ts'
import type { Application } from './application.ts'

/** A dialog that an application holds, and what is under way in it. */
export class Leg extends Dialog {
  readonly application: Application
  /** Of the request that made the dialog. */
  readonly transactionId: string
  /** What our side of the dialog is called by. */
  readonly point: ListeningPoint
  /** The transaction id of our INVITE that has not had its final response. */
  inviting: string | undefined
  /** The same of our UPDATE with an offer. */
  updating: string | undefined
  /** An INVITE of the far end that the application has not answered finally. */
  pendingInvite: PendingInvite | undefined
  /** An UPDATE of the far end that the application has not answered finally. */
  pendingUpdate: object | undefined
  /** Our reliable provisional responses to the far end's last INVITE. */
  reliable: ReliableProvisionals | undefined
  /** Our INVITE whose 2xx waits for the application's ACK. */
  unacknowledged: SipRequest | undefined
  /** The last ACK as it went out, for 2xx that come again (RFC 3261 §13.2.2.4). */
  sentAck: SentAck | undefined
  /** Our 2xx that waits for its ACK. */
  answer: Answer | undefined
  /** The RSeq of the last reliable provisional response that was accepted (RFC 3262 §4). */
  lastReliable: number | undefined
  /** The Reason of the BYE that follows the ACK: the call was answered, but is not wanted or cannot go on. */
  endsAfterAck: string | undefined
  /** Runs when the session is to be refreshed or given up (RFC 4028). */
  sessionTimer: Timer | undefined
  /** How long the session lives without a refresh, in seconds; undefined without limit. */
  sessionSeconds: number | undefined
  /** Which side keeps it alive. */
  isRefreshedByUs = false
  /** Our session description, for a refresh by INVITE; kept only where session timers are in use. */
  sessionDescription: Buffer | undefined
  /** The far end takes UPDATE, as far as it has said. */
  takesUpdate = false
  /** When the leg is forgotten if nothing renews it. */
  expiry: Timer | undefined
  #onAnswerSettled: (() => void)[] = []

  constructor(spec: DialogSpec, holder: LegHolder) {
    super(spec)
    this.application = holder.application
    this.transactionId = holder.transactionId
    this.point = holder.point
  }

  /** Runs when the 2xx has got its ACK or is given up: RFC 3261 §15 forbids a BYE before. */
  whenAnswerSettled(action: () => void): void {
    if (this.answer) this.#onAnswerSettled.push(action)
    else action()
  }

  settleAnswer(): void {
    this.answer?.retransmission.stop()
    this.answer = undefined
    const actions = this.#onAnswerSettled
    this.#onAnswerSettled = []
    for (const action of actions) action()
  }
}

export interface LegHolder {
  readonly application: Application
  readonly transactionId: string
  readonly point: ListeningPoint
}

export interface PendingInvite {
  /** The far end has ended the dialog: RFC 3261 §15.1.2 wants the INVITE answered 487. */
  onDialogEnded(): void
}

export interface SentAck {
  readonly sequence: number
  readonly flow: Flow
  readonly bytes: Buffer
}

export interface Answer {
  readonly sequence: number
  readonly retransmission: Retransmission
  /** What the application calls the transaction of the INVITE, for the ACK's frame. */
  readonly transactionId: string
}
