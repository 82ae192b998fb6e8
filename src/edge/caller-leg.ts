import type { IncomingInvite, ResponseOptions, SipDialog, SipResponseView } from '../domain/sip.ts'
import type { Log } from '../lib/log.ts'
import { allowed } from './allowed.ts'
import type { MediaSession } from './neighbours.ts'
import { passedOfResponse } from './passed-headers.ts'

/** The caller's side of a call until it is bridged. */
export class CallerLeg {
  readonly #invite: IncomingInvite
  /** Contact of our side; the engine's own when undefined. */
  readonly #contact: string | undefined
  readonly #log: Log
  #dialog: SipDialog | undefined

  constructor(invite: IncomingInvite, contact: string | undefined, log: Log) {
    this.#invite = invite
    this.#contact = contact
    this.#log = log
  }

  /** Once it is answered. */
  get dialog(): SipDialog | undefined {
    return this.#dialog
  }

  get hasGivenUp(): boolean {
    return this.#invite.cancelled.aborted
  }

  onGiveUp(listener: () => void): void {
    this.#invite.cancelled.addEventListener('abort', listener, { once: true })
  }

  /** Sends a response. When it comes too late, the caller or the engine is gone, and that ends the call by itself. */
  async tell(status: number, options: ResponseOptions = {}): Promise<void> {
    try {
      await this.#invite.respond(status, options)
    } catch (error) {
      this.#log.debug({ callId: this.#invite.callId, status, error: String(error) }, 'response came too late')
    }
  }

  /** Passes a provisional response of a target on, early media too. */
  progress(response: SipResponseView, media: MediaSession): void {
    const headers = passedOfResponse(response)
    const { status, reason, body } = response
    if (body === '') {
      void this.tell(status, { reason, headers })
      return
    }
    media.answer('callee', body).then(
      (sdp) => this.tell(status, { reason, headers, body: sdp }),
      (error: unknown) => {
        this.#log.warn({ callId: this.#invite.callId, error: String(error) }, 'early media not relayed')
      },
    )
  }

  /** Answers with this SDP, unless it is answered already. */
  async answer(sdp: string): Promise<SipDialog> {
    const headers = { Allow: allowed, ...(this.#contact !== undefined && { Contact: this.#contact }) }
    this.#dialog ??= await this.#invite.answer(sdp, { headers })
    return this.#dialog
  }

  /** The caller made no offer: it gets the target's, and its ACK brings the answer. */
  async exchangeOffer(sdp: string, media: MediaSession): Promise<string> {
    const dialog = await this.answer(await media.offer('callee', sdp))
    return await media.answer('caller', dialog.remoteSdp)
  }
}
