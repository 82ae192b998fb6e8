import { newTag } from '../../../src/engine/message/identifiers.ts'
import type { SipRequest } from '../../../src/engine/message/message.ts'
import { Dialog } from './dialog.ts'
import { type CallOwner, CallRefused, PhoneCall } from './phone-call.ts'
import type { Arrival } from './sip-endpoint.ts'

/** A call that came to this phone. */
export class IncomingCall extends PhoneCall {
  readonly #arrival: Arrival
  readonly #toTag = newTag()

  constructor(owner: CallOwner, arrival: Arrival) {
    super(owner)
    this.#arrival = arrival
    this.remoteSdp = arrival.request.body.toString()
    arrival.onCancel = () => {
      this.#reply(487)
      this.finish('far-end')
    }
  }

  get callId(): string {
    return this.invite.callId
  }

  get invite(): SipRequest {
    return this.#arrival.request
  }

  ring(): void {
    this.#reply(180, { Contact: this.owner.contact })
  }

  /** 183 with SDP: early media. */
  progress(): void {
    this.#early(183)
  }

  answer(): void {
    if (this.isOver || this.dialog) return
    this.statuses.push(200)
    this.dialog = Dialog.ofCallee(this.invite, this.#toTag)
    if (this.remoteSdp) this.take(this.remoteSdp)
    this.answerWith(this.#arrival, this.makeSdp(), this.#toTag)
    this.wasAnswered()
  }

  refuse(status: number, headers: Readonly<Record<string, string>> = {}): void {
    if (this.isOver || this.dialog) return
    this.#reply(status, headers)
    this.finish('here', new CallRefused(status, 'refused here'))
  }

  #early(status: number): void {
    const headers = { Contact: this.owner.contact, 'Content-Type': 'application/sdp' }
    this.statuses.push(status)
    this.#arrival.reply(status, { headers, body: this.makeSdp(), toTag: this.#toTag })
    this.take(this.remoteSdp)
  }

  #reply(status: number, headers: Readonly<Record<string, string>> = {}): void {
    if (this.isOver || this.dialog) return
    this.statuses.push(status)
    this.#arrival.reply(status, { headers, toTag: this.#toTag })
  }
}
