import { CallRejected } from '../../src/domain/call-rejected.ts'
import type {
  DialogEnd,
  DialogRequestOptions,
  IncomingOffer,
  IncomingRequest,
  RequestedOffer,
  SipDialog,
  SipHeaders,
  SipResponseView,
} from '../../src/domain/sip.ts'
import { FakeRequest, type FakeRequestOptions } from './fake-request.ts'
import { fakeResponse } from './fake-response.ts'

/** re-INVITE or UPDATE from the far end. */
export class FakeOffer extends FakeRequest implements IncomingOffer {
  readonly #acknowledged = Promise.withResolvers<string>()

  acknowledged(): Promise<string> {
    return this.#acknowledged.promise
  }

  /** The far end's ACK. */
  acknowledge(sdp: string): void {
    this.#acknowledged.resolve(sdp)
  }
}

/** A dialog whose far end is played by the test. */
export class FakeDialog implements SipDialog {
  readonly id: string
  readonly callId: string
  localSdp: string
  remoteSdp: string
  /** Headers of our BYE. */
  hungUpWith: SipHeaders | undefined
  readonly offers: { readonly sdp: string; readonly method: string }[] = []
  readonly requests: { readonly method: string; readonly headers: SipHeaders; readonly body: string }[] = []
  /** What the far end gives to our offers and requests. */
  answerToOffer: string | CallRejected = 'v=0 far end'
  /** Offers by this method are refused. */
  refuses: { readonly method: string; readonly status: number } | undefined
  answerToRequest: SipResponseView = fakeResponse(200)
  offerWhenAsked = 'v=0 offer of the far end'
  acknowledgedWith: string | undefined
  #onEnd: ((cause: DialogEnd) => void) | undefined
  #onOffer: ((request: IncomingOffer) => void) | undefined
  #onRequest: ((request: IncomingRequest) => void) | undefined

  constructor(callId: string, localSdp: string, remoteSdp: string) {
    this.id = `${callId};from-tag=x`
    this.callId = callId
    this.localSdp = localSdp
    this.remoteSdp = remoteSdp
  }

  async hangUp(headers: SipHeaders = {}): Promise<void> {
    this.hungUpWith ??= headers
  }

  async offer(sdp: string, method: 'INVITE' | 'UPDATE' = 'INVITE'): Promise<string> {
    this.offers.push({ sdp, method })
    if (this.refuses?.method === method) throw new CallRejected(this.refuses.status, 'refused')
    if (this.answerToOffer instanceof CallRejected) throw this.answerToOffer
    return this.answerToOffer
  }

  async requestOffer(): Promise<RequestedOffer> {
    const acknowledge = (answer: string) => {
      this.acknowledgedWith = answer
    }
    return { sdp: this.offerWhenAsked, acknowledge }
  }

  async request(
    method: string,
    { headers = {}, body = '', onlyAsks }: DialogRequestOptions = {},
  ): Promise<SipResponseView> {
    this.requests.push({ method, headers, body })
    const { status } = this.answerToRequest
    // RFC 3261 §12.2.1.2
    if (status === 481 || (status === 408 && !onlyAsks)) this.endsByEngine(`SIP ;cause=${status}`)
    return this.answerToRequest
  }

  onEnd(listener: (cause: DialogEnd) => void): void {
    this.#onEnd = listener
  }

  onOffer(listener: (request: IncomingOffer) => void): void {
    this.#onOffer = listener
  }

  onRequest(listener: (request: IncomingRequest) => void): void {
    this.#onRequest = listener
  }

  farEndHangsUp(reason?: string): void {
    this.#onEnd?.({ by: 'far-end', reason })
  }

  /** The engine gives the dialog up. */
  endsByEngine(reason: string): void {
    this.#onEnd?.({ by: 'engine', reason })
  }

  farEndOffers(sdp: string, method = 'INVITE'): FakeOffer {
    const offer = new FakeOffer(method, { body: sdp })
    this.#onOffer?.(offer)
    return offer
  }

  farEndSends(method: string, options: FakeRequestOptions = {}): FakeRequest {
    const request = new FakeRequest(method, options)
    this.#onRequest?.(request)
    return request
  }
}
