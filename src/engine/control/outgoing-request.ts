import type { SipRequest } from '../message/message.ts'
import type { ClientTransaction } from '../transaction/transaction-user.ts'
import type { Flow, ListeningPoint } from '../transport/flow.ts'
import type { Application } from './application.ts'
import type { Leg } from './leg.ts'

/** A request of an application, from its frame until its final response. */
export interface OutgoingRequest {
  readonly application: Application
  readonly frameId: string
  readonly transactionId: string
  /** The leg it was sent in; undefined for a request outside any dialog. */
  readonly leg: Leg | undefined
  /** What responses are labelled with; empty when there is no dialog and none can come of it. */
  readonly dialogId: string
  readonly point: ListeningPoint
  /** As it went out last; before that, as it was handed to the transaction layer. */
  request: SipRequest
  /** What it went out by last; then what its last response came by. */
  flow: Flow | undefined
  client: ClientTransaction | undefined
  /** True once the application has been told that the request went out. */
  isTold: boolean
  isCancelled: boolean
  /** Only the first answer is the application's (createUAC makes one dialog). */
  isAnswered: boolean
}

/** Requests that make a dialog when they are sent outside of one. */
export function makesDialog(method: string): boolean {
  return method === 'INVITE' || method === 'SUBSCRIBE'
}
