import { CallAborted, CallRejected } from '../../src/domain/call-rejected.ts'
import type {
  IncomingInvite,
  IncomingRequest,
  IncomingSubscribe,
  InviteOptions,
  OutgoingOptions,
  ProxyOptions,
  ResponseOptions,
  SentSubscribe,
  SipDialog,
  SipHeaders,
  SipResponseView,
  SipStack,
  SubscribeOptions,
} from '../../src/domain/sip.ts'
import { EngineRefused } from '../../src/drivers/drachtio/link-trouble.ts'
import { FakeDialog } from './fake-dialog.ts'
import { FakeRequest, type FakeRequestOptions } from './fake-request.ts'
import { type FakeResponseOptions, fakeResponse } from './fake-response.ts'
import { FakeSubscribe, FakeSubscription } from './fake-subscription.ts'

/** Lets everything that is ready to run, run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** An INVITE from a caller that the test plays. */
export class FakeInvite extends FakeRequest implements IncomingInvite {
  readonly #cancel = new AbortController()
  /** Answer that the caller puts into its ACK when its INVITE had no offer. */
  answerInAck = ''
  dialog: FakeDialog | undefined
  answerHeaders: SipHeaders = {}

  get cancelled(): AbortSignal {
    return this.#cancel.signal
  }

  override async respond(status: number, options: ResponseOptions = {}): Promise<void> {
    if (this.#cancel.signal.aborted || this.finalStatus !== undefined) throw new EngineRefused('too late')
    await super.respond(status, options)
  }

  async answer(sdp: string, { headers = {} }: { readonly headers?: SipHeaders } = {}): Promise<SipDialog> {
    await this.respond(200, { body: sdp, headers })
    this.answerHeaders = headers
    this.dialog = new FakeDialog(this.callId, sdp, this.body === '' ? this.answerInAck : this.body)
    return this.dialog
  }

  cancel(reason?: string): void {
    this.#cancel.abort(reason)
  }

  get statuses(): number[] {
    return this.responses.map(({ status }) => status)
  }

  get finalStatus(): number | undefined {
    return this.statuses.find((status) => status >= 200)
  }
}

/** An INVITE of ours to a target that the test plays. */
export class FakeOutgoing {
  readonly uri: string
  readonly options: InviteOptions & { readonly body: string }
  isCancelled = false
  readonly #outcome = Promise.withResolvers<SipDialog>()

  constructor(uri: string, options: InviteOptions & { readonly body: string }) {
    this.uri = uri
    this.options = options
    options.signal?.addEventListener('abort', () => {
      this.isCancelled = true
      this.#outcome.reject(new CallAborted('cancelled'))
    })
  }

  get outcome(): Promise<SipDialog> {
    return this.#outcome.promise
  }

  rings(status = 180, options: FakeResponseOptions = {}): void {
    this.options.onProgress?.(fakeResponse(status, options))
  }

  /** Takes the call; with an offer of its own when ours had none. */
  async answers(sdp: string): Promise<FakeDialog> {
    const dialog = new FakeDialog(`out-${this.uri}`, this.options.body, sdp)
    try {
      if (this.options.body === '') dialog.localSdp = (await this.options.onOffer?.(sdp)) ?? ''
      this.#outcome.resolve(dialog)
    } catch (error) {
      this.#outcome.reject(error)
    }
    await settled()
    return dialog
  }

  async refuses(status: number, options: FakeResponseOptions = {}): Promise<void> {
    const response = fakeResponse(status, options)
    this.#outcome.reject(new CallRejected(status, response.reason, response))
    await settled()
  }
}

/** A SIP stack without a network: the test plays everybody else. */
export class FakeSipStack implements SipStack {
  readonly outgoing: FakeOutgoing[] = []
  readonly requests: { readonly method: string; readonly uri: string; readonly options: OutgoingOptions }[] =
    []
  readonly proxied: { readonly destinations: readonly string[]; readonly options: ProxyOptions }[] = []
  /** What requests of ours get. */
  onOutgoingRequest: (
    method: string,
    uri: string,
    options: Pick<OutgoingOptions, 'signal'>,
  ) => SipResponseView | Promise<SipResponseView> = () => fakeResponse(200)
  proxyStatus = 200
  #onInvite: ((invite: IncomingInvite) => Promise<void>) | undefined
  #onSubscribe: ((subscribe: IncomingSubscribe) => Promise<void>) | undefined
  readonly #handlers = new Map<string, (request: IncomingRequest) => Promise<void>>()

  onInvite(handler: (invite: IncomingInvite) => Promise<void>): void {
    this.#onInvite = handler
  }

  onRequest(method: string, handler: (request: IncomingRequest) => Promise<void>): void {
    this.#handlers.set(method, handler)
  }

  onSubscribe(handler: (subscribe: IncomingSubscribe) => Promise<void>): void {
    this.#onSubscribe = handler
  }

  /** Subscriptions of ours, and what their SUBSCRIBE gets. */
  readonly subscriptions: { uri: string; options: SubscribeOptions; dialog: FakeSubscription }[] = []

  async subscribe(uri: string, options: SubscribeOptions): Promise<SentSubscribe> {
    const dialog = new FakeSubscription()
    this.subscriptions.push({ uri, options, dialog })
    const response = await this.onOutgoingRequest('SUBSCRIBE', uri, options)
    return { response, dialog: response.status < 300 ? dialog : undefined }
  }

  async receiveSubscribe(options: FakeRequestOptions = {}): Promise<FakeSubscribe> {
    const subscribe = new FakeSubscribe('SUBSCRIBE', options)
    const handled = this.#onSubscribe?.(subscribe)
    handled?.catch((error: unknown) => this.crashes.push(error))
    await settled()
    return subscribe
  }

  async request(method: string, uri: string, options: OutgoingOptions = {}): Promise<SipResponseView> {
    this.requests.push({ method, uri, options })
    return this.onOutgoingRequest(method, uri, options)
  }

  invite(uri: string, options: InviteOptions & { readonly body: string }): Promise<SipDialog> {
    const outgoing = new FakeOutgoing(uri, options)
    this.outgoing.push(outgoing)
    return outgoing.outcome
  }

  async proxy(
    _request: IncomingRequest,
    destinations: readonly string[],
    options: ProxyOptions = {},
  ): Promise<number> {
    this.proxied.push({ destinations, options })
    return this.proxyStatus
  }

  localHostPort(): string | undefined {
    return '192.0.2.1:5060'
  }

  /** A call comes in; returns when the box has done what it can do at once. */
  async receiveInvite(options: FakeRequestOptions = {}): Promise<FakeInvite> {
    const invite = new FakeInvite('INVITE', { body: 'v=0 caller', ...options })
    const handled = this.#onInvite?.(invite)
    handled?.catch((error: unknown) => this.crashes.push(error))
    await settled()
    return invite
  }

  /** What a handler threw. */
  readonly crashes: unknown[] = []

  async receive(method: string, options: FakeRequestOptions = {}): Promise<FakeRequest> {
    const request = new FakeRequest(method, options)
    await this.#handlers.get(method)?.(request)
    return request
  }

  /** The `index`th INVITE of ours so far. */
  sent(index = this.outgoing.length - 1): FakeOutgoing {
    const outgoing = this.outgoing[index]
    if (!outgoing) throw new Error(`only ${this.outgoing.length} calls were sent`)
    return outgoing
  }
}
