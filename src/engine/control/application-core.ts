import type { Log } from '../../lib/log.ts'
import type { DialogStore } from '../dialog/dialog-store.ts'
import type { SipMessage } from '../message/message.ts'
import { SipParseError } from '../message/sip-parse-error.ts'
import type { Acknowledgements } from './acknowledgements.ts'
import type { Answers } from './answers.ts'
import type { ProxyFrame, SipFrame } from './app-frame.ts'
import type { Application } from './application.ts'
import type { ApplicationUser } from './application-sessions.ts'
import { readDraft } from './draft.ts'
import type { IncomingRequests } from './incoming-requests.ts'
import type { Leg } from './leg.ts'
import type { LegRelease } from './leg-release.ts'
import type { OutgoingRequests } from './outgoing-requests.ts'
import type { ProxyOrders } from './proxy-orders.ts'

export interface ApplicationCoreParts {
  readonly answers: Answers
  readonly outgoing: OutgoingRequests
  readonly incoming: IncomingRequests
  readonly acknowledgements: Acknowledgements
  readonly proxyOrders: ProxyOrders
  readonly release: LegRelease
  readonly legs: DialogStore<Leg>
  readonly log: Log
}

/** Sorts what applications say: which of the ids is present, and the start line, decide what a frame means. */
export class ApplicationCore implements ApplicationUser {
  readonly #parts: ApplicationCoreParts

  constructor(parts: ApplicationCoreParts) {
    this.#parts = parts
  }

  onSip(application: Application, frame: SipFrame): void {
    this.#carryOut(application, frame, (draft) => this.#sip(application, frame, draft))
  }

  onProxy(application: Application, frame: ProxyFrame): void {
    this.#carryOut(application, frame, (draft) => this.#parts.proxyOrders.carryOut(application, frame, draft))
  }

  /** Calls that are up stay up; but nobody can speak for them any more. */
  onGone(application: Application): void {
    const { incoming, outgoing, legs, release } = this.#parts
    incoming.onGone(application)
    outgoing.onGone(application)
    for (const leg of [...legs]) if (leg.application === application) release.end(leg)
  }

  #sip(application: Application, frame: SipFrame, draft: SipMessage): void {
    const { answers, outgoing, acknowledgements } = this.#parts
    if (!draft.isRequest) answers.send(application, frame, draft)
    else if (draft.method === 'ACK') acknowledgements.send(application, frame, draft)
    else if (draft.method === 'CANCEL') outgoing.cancel(application, frame, draft)
    else outgoing.send(application, frame, draft)
  }

  /** Whatever is wrong with a frame, the connection and the other calls go on. */
  #carryOut(
    application: Application,
    frame: SipFrame | ProxyFrame,
    order: (draft: SipMessage) => void,
  ): void {
    try {
      order(readDraft(frame.text))
    } catch (error) {
      if (error instanceof SipParseError) {
        application.refuse(frame.id, `invalid message: ${error.reason}`)
        return
      }
      this.#parts.log.error({ error, type: frame.type }, 'frame of an application failed')
      application.refuse(frame.id, 'Server error: internal error')
    }
  }
}
