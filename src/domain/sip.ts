// The SIP stack as the features see it: requests in, requests out, calls. `drivers/drachtio` implements it over
// drachtio-srf; tests bring a fake. Header names are matched without regard to case; long names only.

export type SipTransport = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss'

/** The far end of the flow that a message came by. Address without brackets. */
export interface SipSource {
  readonly transport: SipTransport
  readonly address: string
  readonly port: number
}

/** Several values print as several header lines. */
export type SipHeaders = Readonly<Record<string, string | readonly string[]>>

export interface SipMessageView {
  readonly body: string
  /** First header of that name, as received. */
  header(name: string): string | undefined
  headers(name: string): readonly string[]
}

export interface SipResponseView extends SipMessageView {
  readonly status: number
  readonly reason: string
  /** Nobody answered: the stack made this 408 or 503 itself. */
  readonly isLocal?: boolean
  /** Only of a local 503: the box has no SIP engine to send by, or lost it meanwhile. It says nothing about the far end. */
  readonly isUnsent?: true
}

export interface ResponseOptions {
  readonly reason?: string
  readonly headers?: SipHeaders
  readonly body?: string
}

export interface IncomingRequest extends SipMessageView {
  readonly method: string
  /** Request-URI as received. */
  readonly uri: string
  readonly callId: string
  readonly source: SipSource
  /** Port of the listening point that received it, when the engine tells. */
  readonly localPort: number | undefined
  /** Sends a response; at most one final. Resolves when the engine has taken it, rejects if it came too late. */
  respond(status: number, options?: ResponseOptions): Promise<void>
}

export interface IncomingInvite extends IncomingRequest {
  /**
   * Aborted when the caller gives up (CANCEL, or its connection is gone). The signal's reason is the Reason header of the
   * CANCEL (RFC 3326) where it is a string.
   */
  readonly cancelled: AbortSignal
  /** Sends 2xx with this SDP and waits for the ACK's dialog. */
  answer(sdp: string, options?: { readonly headers?: SipHeaders }): Promise<SipDialog>
}

/** SUBSCRIBE outside a dialog. */
export interface IncomingSubscribe extends IncomingRequest {
  /** Sends 200; its dialog is the subscription. Rejects when it came too late. */
  accept(options?: ResponseOptions): Promise<SubscriptionDialog>
}

/** The dialog of a subscription, seen from either end (RFC 6665 §4). */
export interface SubscriptionDialog {
  readonly id: string
  /** Resolves with any final response, also a negative one; 408, 481 and 503 when made locally. */
  request(
    method: 'NOTIFY' | 'SUBSCRIBE',
    options?: { readonly headers?: SipHeaders; readonly body?: string },
  ): Promise<SipResponseView>
  /** NOTIFY or SUBSCRIBE of the far end. */
  onRequest(listener: (request: IncomingRequest) => void): void
  /** Called once when the engine has lost it. Whoever gets 481 or 408 for a request knows by that that it is over. */
  onEnd(listener: () => void): void
  /** Nothing is sent: from now on requests of the far end get 481. Safe to call twice. */
  close(): void
}

/** re-INVITE or UPDATE in a dialog. */
export interface IncomingOffer extends IncomingRequest {
  /** After a 2xx to a re-INVITE: the body of its ACK, which answers a re-INVITE without offer; empty when none comes. */
  acknowledged(): Promise<string>
}

/** An offer that the far end made in its 2xx because it was asked for one (RFC 3264 §4, delayed offer). */
export interface RequestedOffer {
  readonly sdp: string
  /** Sends the ACK with the answer. Call it exactly once, whatever happens. */
  acknowledge(answer: string): void
}

/** An established call leg. */
export interface SipDialog {
  readonly id: string
  readonly callId: string
  readonly localSdp: string
  readonly remoteSdp: string
  /** Sends BYE. Safe to call twice. */
  hangUp(headers?: SipHeaders): Promise<void>
  /** Sends re-INVITE (or UPDATE) with a new offer; resolves to the answer SDP. Rejects with `CallRejected`. */
  offer(sdp: string, method?: 'INVITE' | 'UPDATE'): Promise<string>
  /** Sends a re-INVITE without offer; the far end makes one. Rejects with `CallRejected`. */
  requestOffer(): Promise<RequestedOffer>
  /**
   * Sends any other request in the dialog (INFO, MESSAGE, REFER, NOTIFY, OPTIONS). Silence ends the dialog (RFC 3261
   * §12.2.1.2), unless the request `onlyAsks`.
   */
  request(method: string, options?: DialogRequestOptions): Promise<SipResponseView>
  /** Called once when the far end hangs up, or the engine gave the dialog up. */
  onEnd(listener: (cause: DialogEnd) => void): void
  /** re-INVITE or UPDATE from the far end; answer by `respond(200, { body })`. An offerless re-INVITE has an empty body. */
  onOffer(listener: (request: IncomingOffer) => void): void
  /** INFO, REFER, MESSAGE, NOTIFY, OPTIONS in the dialog. */
  onRequest(listener: (request: IncomingRequest) => void): void
}

export interface DialogRequestOptions {
  readonly headers?: SipHeaders
  readonly body?: string
  /** Whether anybody is there: a 408 leaves the dialog as it is, for it may be this box that is cut off. */
  readonly onlyAsks?: true
}

export interface DialogEnd {
  readonly by: 'far-end' | 'engine'
  /** The Reason header, if any; several are one with commas (RFC 3326). */
  readonly reason: string | undefined
}

export interface DigestAccount {
  readonly username: string
  readonly password: string
}

export interface OutgoingOptions {
  readonly headers?: SipHeaders
  readonly body?: string
  /** Outbound proxy or flow to use instead of the Request-URI's host, a SIP URI. */
  readonly proxy?: string
  /** Answers 401 and 407. */
  readonly account?: DigestAccount
  /** Gives the request up; of an INVITE, by CANCEL, whose Reason header is the signal's reason where that is a string. */
  readonly signal?: AbortSignal
}

export interface InviteOptions extends OutgoingOptions {
  readonly from: string
  readonly to?: string
  /** Contact of this leg; the engine's own address when absent. */
  readonly contact?: string
  /** Each provisional above 100. */
  readonly onProgress?: (response: SipResponseView) => void
  /** Only for an empty body: takes the offer of the 2xx, resolves to the answer that goes out in the ACK. */
  readonly onOffer?: (sdp: string) => Promise<string>
}

export interface SubscribeOptions extends Omit<OutgoingOptions, 'account'> {
  /** Without tag. */
  readonly from: string
}

export interface SentSubscribe {
  readonly response: SipResponseView
  /** Undefined unless the response is 2xx. NOTIFYs that overtake the response wait in it. */
  readonly dialog: SubscriptionDialog | undefined
}

export interface ProxyOptions {
  readonly recordRoute?: boolean
  readonly forking?: 'serial' | 'parallel'
  readonly headers?: SipHeaders
  /** Milliseconds without provisional before the next destination is tried. */
  readonly provisionalTimeoutMs?: number
  readonly finalTimeoutMs?: number
}

export interface SipStack {
  /** One handler a method; requests that nobody handles are answered 405 with Allow by the driver. */
  onInvite(handler: (invite: IncomingInvite) => Promise<void>): void
  onRequest(method: string, handler: (request: IncomingRequest) => Promise<void>): void
  onSubscribe(handler: (subscribe: IncomingSubscribe) => Promise<void>): void
  /** Sends SUBSCRIBE outside a dialog. Resolves with any final response, as `request` does. */
  subscribe(uri: string, options: SubscribeOptions): Promise<SentSubscribe>
  /** Sends a request outside a dialog. Resolves with any final response, also a negative one; 408 and 503 when made locally. */
  request(method: string, uri: string, options?: OutgoingOptions): Promise<SipResponseView>
  /** Rejects with `CallRejected` on a final response ≥ 300, with `CallAborted` when `signal` fires (CANCEL is sent). */
  invite(uri: string, options: InviteOptions & { readonly body: string }): Promise<SipDialog>
  /** Hands the request to the proxy core; resolves with the best final response's status. */
  proxy(request: IncomingRequest, destinations: readonly string[], options?: ProxyOptions): Promise<number>
  /** `host:port` by transport, as advertised, e.g. for Contact. */
  localHostPort(transport: SipTransport): string | undefined
}
