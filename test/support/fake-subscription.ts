import type {
  IncomingRequest,
  IncomingSubscribe,
  ResponseOptions,
  SipHeaders,
  SipResponseView,
  SubscriptionDialog,
} from '../../src/domain/sip.ts'
import { FakeRequest, type FakeRequestOptions } from './fake-request.ts'
import { fakeResponse } from './fake-response.ts'

interface SentInSubscription {
  readonly method: string
  readonly headers: SipHeaders
  readonly body: string
}

/** A subscription's dialog whose far end is played by the test. */
export class FakeSubscription implements SubscriptionDialog {
  readonly id = 'subscription'
  readonly sent: SentInSubscription[] = []
  /** What the far end gives to our requests. */
  answer: SipResponseView | Promise<SipResponseView> = fakeResponse(200)
  isClosed = false
  #onRequest: ((request: IncomingRequest) => void) | undefined
  #onEnd: (() => void) | undefined

  async request(
    method: 'NOTIFY' | 'SUBSCRIBE',
    { headers = {}, body = '' }: { readonly headers?: SipHeaders; readonly body?: string } = {},
  ): Promise<SipResponseView> {
    if (this.isClosed) return fakeResponse(481)
    this.sent.push({ method, headers, body })
    return this.answer
  }

  onRequest(listener: (request: IncomingRequest) => void): void {
    this.#onRequest = listener
  }

  onEnd(listener: () => void): void {
    this.#onEnd = listener
  }

  close(): void {
    this.isClosed = true
  }

  /** The far end sends a request; returns it when the box has done what it can do at once. */
  async receive(method: string, options: FakeRequestOptions = {}): Promise<FakeRequest> {
    const request = new FakeRequest(method, options)
    this.#onRequest?.(request)
    await new Promise((resolve) => setImmediate(resolve))
    return request
  }

  lose(): void {
    this.#onEnd?.()
  }

  /** The last request of ours; throws when there is none. */
  get last(): SentInSubscription {
    const last = this.sent.at(-1)
    if (!last) throw new Error('nothing was sent')
    return last
  }
}

/** A SUBSCRIBE from a phone that the test plays. */
export class FakeSubscribe extends FakeRequest implements IncomingSubscribe {
  readonly dialog = new FakeSubscription()

  async accept(options: ResponseOptions = {}): Promise<SubscriptionDialog> {
    await this.respond(200, options)
    return this.dialog
  }
}
