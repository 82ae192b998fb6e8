import { newTag } from '../../../src/engine/message/identifiers.ts'
import type { SipRequest, SipResponse } from '../../../src/engine/message/message.ts'
import { eventually } from '../within.ts'
import { Dialog } from './dialog.ts'
import { answerChallenge, type Credentials } from './digest-client.ts'
import { type CallOwner, CallRefused, PhoneCall } from './phone-call.ts'
import type { Remote } from './remote.ts'

export interface OutgoingOptions {
  readonly credentials: Credentials | undefined
  readonly algorithm: 'MD5' | 'SHA-256' | undefined
  /** Sends no SDP: the far end makes the offer. */
  readonly isOfferless?: boolean
}

/** A call that this phone places. */
export class OutgoingCall extends PhoneCall {
  readonly invite: SipRequest
  readonly #to: Remote
  readonly #options: OutgoingOptions
  #transaction: SipRequest | undefined
  #challenges = 0
  #wantsCancel = false

  /** `invite` lacks only Via, Contact and body. */
  constructor(owner: CallOwner, invite: SipRequest, to: Remote, options: OutgoingOptions) {
    super(owner)
    this.invite = invite
    this.#to = to
    this.#options = options
  }

  get callId(): string {
    return this.invite.callId
  }

  start(): void {
    const { invite } = this
    invite.set('Contact', this.owner.contact)
    if (!this.#options.isOfferless) {
      invite.set('Content-Type', 'application/sdp')
      invite.body = Buffer.from(this.makeSdp())
    }
    this.#sendInvite()
  }

  /** Resolves when the far end has sent this provisional, or any from it up to 199. */
  async progressed(status = 180, ms = 10_000): Promise<void> {
    await eventually(ms, `a ${status}`, () => this.statuses.some((seen) => seen >= status && seen < 200), 5)
  }

  /** Takes the call back. RFC 3261 §9.1: not before a provisional response, so it may wait for one. */
  cancel(): void {
    this.#wantsCancel = true
    if (this.#transaction && this.statuses.some((status) => status < 200)) {
      this.owner.endpoint.cancel(this.#transaction)
    }
  }

  #sendInvite(): void {
    const request = this.invite.clone()
    this.#transaction = this.owner.endpoint.send(request, this.#to, {
      onResponse: (response) => this.#responded(request, response),
      onTimeout: () => this.finish('far-end', new CallRefused(408, 'the far end is silent')),
    })
  }

  #responded(request: SipRequest, response: SipResponse): void {
    const { status } = response
    const isAgain = status >= 200 && status < 300 && this.dialog !== undefined
    if (!isAgain) this.statuses.push(status)
    if (status < 200) {
      if (response.body.length > 0) this.take(response.body)
      if (this.#wantsCancel) this.owner.endpoint.cancel(request)
    } else if (status < 300) {
      this.#accepted(request, response, isAgain)
    } else if ((status === 401 || status === 407) && this.#tryCredentials(response)) {
      this.#sendInvite()
    } else {
      this.finish('far-end', new CallRefused(status, response.reason, response))
    }
  }

  #tryCredentials(response: SipResponse): boolean {
    const { credentials, algorithm } = this.#options
    if (!credentials || this.#challenges >= 2 || this.#wantsCancel) return false
    this.#challenges++
    this.invite.set('CSeq', `${this.invite.cseq.number + 1} INVITE`)
    return answerChallenge(this.invite, response, credentials, algorithm)
  }

  #accepted(request: SipRequest, response: SipResponse, isAgain: boolean): void {
    this.dialog ??= Dialog.ofCaller(request, response)
    const dialog = this.dialog
    const ack = dialog.request('ACK', request.cseq.number)
    if (this.#options.isOfferless) {
      ack.append('Content-Type', 'application/sdp')
      ack.body = Buffer.from(this.makeSdp())
    }
    const send = async () => this.owner.endpoint.sendOnce(ack, await this.owner.locate(dialog.nextHop))
    send().catch((error: unknown) => this.finish('far-end', new CallRefused(500, String(error))))
    if (isAgain) return
    this.take(response.body)
    this.wasAnswered()
    if (this.#wantsCancel) this.hangUp().catch(() => this.finish('here'))
  }
}

export const newFrom = (display: string | undefined, uri: string): string =>
  `${display === undefined ? '' : `"${display}" `}<${uri}>;tag=${newTag()}`
