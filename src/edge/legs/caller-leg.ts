import type { LegPolicy } from '../../domain/leg-policy.ts'
import type {
  IncomingInvite,
  ResponseOptions,
  SipDialog,
  SipHeaders,
  SipResponseView,
} from '../../domain/sip.ts'
import type { Log } from '../../lib/log.ts'
import { allowed } from '../allowed.ts'
import type { MediaSession } from '../neighbours.ts'
import { earlyMediaUnder } from './early-media.ts'
import { wantsReliable } from './extensions.ts'
import { passedOfResponse } from './passed-headers.ts'
import { agreedSessionTimer } from './session-timer.ts'

/** The caller's side of a call until it is bridged. */
export class CallerLeg {
  readonly #invite: IncomingInvite
  /** Contact of our side; the engine's own when undefined. */
  readonly #contact: string | undefined
  readonly #policy: LegPolicy | undefined
  readonly #log: Log
  #dialog: SipDialog | undefined
  /** Provisional responses go out in the order in which they came, however long their media takes. */
  #progress: Promise<void> = Promise.resolve()

  constructor(
    invite: IncomingInvite,
    contact: string | undefined,
    log: Log,
    policy: LegPolicy | undefined = undefined,
  ) {
    this.#invite = invite
    this.#contact = contact
    this.#policy = policy
    this.#log = log
  }

  /** Once it is answered. */
  get dialog(): SipDialog | undefined {
    return this.#dialog
  }

  get hasGivenUp(): boolean {
    return this.#invite.cancelled.aborted
  }

  /** `reason`: the Reason header of its CANCEL. */
  onGiveUp(listener: (reason: string | undefined) => void): void {
    const { cancelled } = this.#invite
    const tell = () => listener(typeof cancelled.reason === 'string' ? cancelled.reason : undefined)
    cancelled.addEventListener('abort', tell, { once: true })
  }

  /** Sends a response. When it comes too late, the caller or the engine is gone, and that ends the call by itself. */
  async tell(status: number, options: ResponseOptions = {}): Promise<void> {
    const isReliable = status > 100 && status < 200 && wantsReliable(this.#invite, this.#policy)
    const headers: SipHeaders = { ...options.headers, ...(isReliable && { Require: '100rel' }) }
    try {
      await this.#invite.respond(status, { ...options, headers })
    } catch (error) {
      this.#log.debug({ callId: this.#invite.callId, status, error: String(error) }, 'response came too late')
    }
  }

  /** Passes a provisional response of a target on, early media too. */
  progress(response: SipResponseView, media: MediaSession): void {
    const passed = earlyMediaUnder(this.#policy, response)
    this.#progress = this.#progress.then(() => this.#pass(passed, media))
  }

  async #pass(response: SipResponseView, media: MediaSession): Promise<void> {
    const headers = passedOfResponse(response)
    const { status, reason, body } = response
    if (body === '') return this.tell(status, { reason, headers })
    try {
      const sdp = await media.answer('callee', body)
      return await this.tell(status, { reason, headers, body: sdp })
    } catch (error) {
      this.#log.warn({ callId: this.#invite.callId, error: String(error) }, 'early media not relayed')
    }
  }

  /** Answers with this SDP, unless it is answered already. */
  async answer(sdp: string): Promise<SipDialog> {
    const headers = {
      Allow: allowed,
      Supported: 'timer',
      ...agreedSessionTimer(this.#invite, this.#policy?.sessionTimer),
      ...(this.#contact !== undefined && { Contact: this.#contact }),
    }
    this.#dialog ??= await this.#invite.answer(sdp, { headers })
    return this.#dialog
  }

  /** The caller made no offer: it gets the target's, and its ACK brings the answer. */
  async exchangeOffer(sdp: string, media: MediaSession): Promise<string> {
    const dialog = await this.answer(await media.offer('callee', sdp))
    return await media.answer('caller', dialog.remoteSdp)
  }
}
