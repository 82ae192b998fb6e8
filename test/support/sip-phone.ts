import type { Socket } from 'node:dgram'
import { newCallId } from '../../src/engine/message/identifiers.ts'
import { SipRequest, type SipResponse } from '../../src/engine/message/message.ts'

import type { Part } from '../../src/lib/part.ts'
import { answerChallenge, type Credentials } from './sip/digest-client.ts'
import { IncomingCall } from './sip/incoming-call.ts'
import { newFrom, OutgoingCall } from './sip/outgoing-call.ts'
import { type CallOwner, CallRefused, type PhoneCall } from './sip/phone-call.ts'
import { type Remote, remoteOf, type WireTransport } from './sip/remote.ts'
import { type Arrival, SipEndpoint } from './sip/sip-endpoint.ts'
import { within } from './within.ts'

/** What a phone does with a call that comes in; `manual` leaves it to the test, after `nextCall()`. */
export type Answering = 'answer' | 'ring' | 'busy' | 'manual' | { readonly refuse: number }

export interface SipPhoneOptions {
  /** `201@site-a.example` */
  readonly aor: string
  readonly password?: string
  /** For digest; the user part when absent. */
  readonly username?: string
  readonly displayName?: string
  /** Where everything outside a dialog is sent; without it to the host of the Request-URI. Numeric. */
  readonly server?: { readonly host: string; readonly port: number }
  readonly transport?: WireTransport
  readonly listen?: { readonly address?: string; readonly port?: number }
  /** Where a bound UDP socket comes from, when not from this process's own network. */
  readonly openUdp?: (address: string, port: number) => Promise<Socket>
  readonly answering?: Answering
  /** Sends this tone on every call and hears the other's. */
  readonly tone?: number
  /** Its media is SRTP with keys in the SDP, and nothing else. */
  readonly isEncrypting?: boolean
  /** Answers only challenges of this algorithm. */
  readonly algorithm?: 'MD5' | 'SHA-256'
  /** Sees each request outside a dialog first; true when it has answered it. */
  readonly intercept?: (arrival: Arrival) => boolean
  /** How a URI with a name as host is found; without it only numeric hosts are. */
  readonly locate?: (uri: string) => Promise<Remote>
}

export interface CallSettings {
  readonly headers?: Readonly<Record<string, string>>
  readonly isOfferless?: boolean
  /** Another From than the phone's own AoR. */
  readonly from?: string
}

const allow = 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, REFER, NOTIFY, MESSAGE'

const maxUnclaimed = 1_000

/** A scripted SIP phone on a socket of its own, for tests and the demo: it registers, calls, and is called. */
export class SipPhone implements Part, CallOwner {
  readonly name: string
  readonly endpoint: SipEndpoint
  readonly tone: number | undefined
  readonly isEncrypting: boolean
  answering: Answering
  readonly calls: PhoneCall[] = []
  /** Requests outside a dialog other than INVITE, as they came. */
  readonly received: SipRequest[] = []
  /** Contacts of the last answer to REGISTER. */
  bindings: readonly string[] = []
  readonly #options: SipPhoneOptions
  readonly #credentials: Credentials | undefined
  readonly #registrationId = newCallId()
  #registrationSeq = 0
  readonly #arrived: IncomingCall[] = []
  #waiting: ((call: IncomingCall) => void)[] = []

  constructor(options: SipPhoneOptions) {
    const { aor, password, listen = {}, transport = 'udp' } = options
    this.name = `phone ${aor}`
    this.tone = options.tone
    this.isEncrypting = options.isEncrypting ?? false
    this.answering = options.answering ?? 'answer'
    this.#options = options
    const username = options.username ?? userOf(aor)
    this.#credentials = password === undefined ? undefined : { username, password }
    this.endpoint = new SipEndpoint({
      transport,
      address: listen.address ?? '127.0.0.1',
      port: listen.port ?? 0,
      openUdp: options.openUdp,
      onArrival: (arrival) => this.#arrivedAt(arrival),
    })
  }

  get aor(): string {
    return `sip:${this.#options.aor}`
  }

  get contact(): string {
    const { transport } = this.endpoint.wire
    return `<sip:${userOf(this.#options.aor)}@${this.endpoint.hostPort};transport=${transport}>`
  }

  get openUdp(): SipPhoneOptions['openUdp'] {
    return this.#options.openUdp
  }

  get rtpAddress(): string {
    return this.endpoint.wire.address
  }

  get port(): number {
    return this.endpoint.wire.port
  }

  start(): Promise<void> {
    return this.endpoint.start()
  }

  /** Goes silent: calls that are up are dropped without BYE. */
  async stop(): Promise<void> {
    for (const call of [...this.calls]) call.finish('here')
    await this.endpoint.stop()
  }

  /** Binds this phone to its AoR. Rejects with CallRefused. */
  async register({
    expires = 300,
    headers = {} as Readonly<Record<string, string>>,
  } = {}): Promise<SipResponse> {
    const { aor } = this.#options
    const domain = aor.slice(aor.indexOf('@') + 1)
    const response = await this.request('REGISTER', `sip:${domain}`, {
      to: this.aor,
      callId: this.#registrationId,
      cseq: ++this.#registrationSeq,
      headers: { Contact: this.contact, Expires: String(expires), ...headers },
    })
    if (response.status >= 300) throw new CallRefused(response.status, response.reason, response)
    this.bindings = response.values('contact')
    return response
  }

  async unregister(): Promise<void> {
    await this.register({ expires: 0 })
  }

  /** Places a call to a URI or to what one would dial: `202`, `202@other.example`, `+4930…`. */
  async call(
    target: string,
    { headers = {}, isOfferless = false, from }: CallSettings = {},
  ): Promise<OutgoingCall> {
    const uri = this.#uriOf(target)
    const invite = this.#newRequest('INVITE', uri, { from: from ?? this.aor })
    invite.append('Allow', allow)
    for (const [name, value] of Object.entries(headers)) invite.append(name, value)
    const to = await this.#firstHop(uri)
    const { algorithm } = this.#options
    const call = new OutgoingCall(this, invite, to, {
      credentials: this.#credentials,
      algorithm,
      isOfferless,
    })
    await call.openMedia()
    this.calls.push(call)
    call.start()
    return call
  }

  /** The next call that comes in, or one that came and was not asked for yet. */
  nextCall(ms = 15_000): Promise<IncomingCall> {
    const call = this.#arrived.shift()
    if (call) return Promise.resolve(call)
    const { promise, resolve } = Promise.withResolvers<IncomingCall>()
    this.#waiting.push(resolve)
    return within(ms, `a call to ${this.#options.aor}`, promise).finally(() => {
      this.#waiting = this.#waiting.filter((waiting) => waiting !== resolve)
    })
  }

  /** Sends a request outside a dialog, answers one challenge, and resolves with the final response (408 for silence). */
  async request(
    method: string,
    target: string,
    options: {
      to?: string
      callId?: string
      cseq?: number
      headers?: Readonly<Record<string, string>>
      body?: string
      timeoutMs?: number
      answersChallenge?: boolean
    } = {},
  ): Promise<SipResponse> {
    const uri = this.#uriOf(target)
    const request = this.#newRequest(method, uri, options)
    for (const [name, value] of Object.entries(options.headers ?? {})) request.append(name, value)
    if (options.body !== undefined) request.body = Buffer.from(options.body)
    const to = await this.#firstHop(uri)
    const first = await this.#ask(request.clone(), to, options.timeoutMs)
    const isChallenge = first.status === 401 || first.status === 407
    if (!isChallenge || options.answersChallenge === false || !this.#credentials) return first
    request.set('CSeq', `${request.cseq.number + 1} ${method}`)
    if (method === 'REGISTER') this.#registrationSeq = request.cseq.number
    if (!answerChallenge(request, first, this.#credentials, this.#options.algorithm)) return first
    return this.#ask(request, to, options.timeoutMs)
  }

  locate(uri: string): Promise<Remote> {
    if (this.#options.locate) return this.#options.locate(uri)
    return Promise.resolve(remoteOf(uri, this.endpoint.wire.transport))
  }

  ended(call: PhoneCall): void {
    const index = this.calls.indexOf(call)
    if (index >= 0) this.calls.splice(index, 1)
  }

  #ask(request: SipRequest, to: Remote, timeoutMs = 32_000): Promise<SipResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<SipResponse>()
    this.endpoint.send(request, to, {
      timeoutMs,
      onResponse: (response) => {
        if (response.status >= 200) resolve(response)
      },
      onTimeout: () => reject(new CallRefused(408, `no answer to ${request.method} ${request.uri}`)),
    })
    return promise
  }

  #newRequest(
    method: string,
    uri: string,
    { from = this.aor, to = uri, callId = newCallId(), cseq = 1 },
  ): SipRequest {
    return new SipRequest(method, uri, [
      ['From', newFrom(this.#options.displayName, from)],
      ['To', `<${to}>`],
      ['Call-ID', callId],
      ['CSeq', `${cseq} ${method}`],
      ['Max-Forwards', '70'],
      ['User-Agent', 'test phone'],
    ])
  }

  async #firstHop(uri: string): Promise<Remote> {
    const { server } = this.#options
    const { transport } = this.endpoint.wire
    return server ? { transport, address: server.host, port: server.port } : this.locate(uri)
  }

  #uriOf(target: string): string {
    if (/^(sips?|tel|urn):/.test(target)) return target
    return target.includes('@') ? `sip:${target}` : `sip:${target}@${this.#options.aor.split('@')[1]}`
  }

  #arrivedAt(arrival: Arrival): void {
    const { request } = arrival
    const call = this.calls.find((one) => one.isFor(request))
    if (call) call.requestCame(arrival)
    else if (request.method === 'ACK') return
    else if (request.to.tag !== undefined) arrival.reply(481)
    else if (this.#options.intercept?.(arrival)) return
    else if (request.method === 'INVITE')
      this.#ring(arrival).catch((error: unknown) => arrival.reply(500, { reason: String(error) }))
    else {
      this.received.push(request)
      arrival.reply(200, { headers: { Allow: allow, Accept: 'application/sdp' } })
    }
  }

  async #ring(arrival: Arrival): Promise<void> {
    const call = new IncomingCall(this, arrival)
    await call.openMedia()
    this.calls.push(call)
    const { answering } = this
    if (answering === 'busy') call.refuse(486)
    else if (typeof answering === 'object') call.refuse(answering.refuse)
    else if (answering !== 'manual') call.ring()
    if (answering === 'answer') call.answer()
    const waiting = this.#waiting.shift()
    if (waiting) waiting(call)
    else if (this.#arrived.push(call) > maxUnclaimed) this.#arrived.shift()
  }
}

function userOf(aor: string): string {
  return aor.slice(0, aor.indexOf('@'))
}
