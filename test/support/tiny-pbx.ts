import type { SipRequest } from '../../src/engine/message/message.ts'
import { parseUri } from '../../src/engine/message/uri.ts'
import type { Part } from '../../src/lib/part.ts'
import { BackToBackCalls } from './sip/back-to-back-calls.ts'
import { DigestServer } from './sip/digest-server.ts'
import { remoteOf } from './sip/remote.ts'
import { type Arrival, SipEndpoint } from './sip/sip-endpoint.ts'
import type { TinyNotifier } from './tiny-notifier.ts'

export interface TinyPbxOptions {
  readonly domain: string
  /** User part to password. */
  readonly users: Readonly<Record<string, string>>
  readonly listen?: { readonly address?: string; readonly port?: number }
  /** By which it asks for passwords; the domain when absent. */
  readonly realm?: string
  /** It makes two calls of each; else it is a record-routing proxy. */
  readonly isBackToBack?: boolean
  /** Answers SUBSCRIBE; without one it is refused. */
  readonly notifier?: TinyNotifier
}

interface PbxBinding {
  readonly contact: string
  readonly expiresAt: number
}

/**
 * A small IP-PBX for tests and the demo: digest registrar and record-routing proxy for the users of one domain. It
 * challenges REGISTER and every call from its own domain. `stop()` is a power cut; `start()` again keeps the bindings.
 * `freeze()` is a SIGSTOP, after which `thaw()` reads what has come meanwhile.
 */
export class TinyPbx implements Part {
  readonly name = 'tiny pbx'
  /** Calls it has passed on, as `201 → 202`. */
  readonly callsPassed: string[] = []
  /** When each REGISTER came, as `performance.now()` tells it. */
  readonly registerTimes: number[] = []
  readonly #options: TinyPbxOptions
  readonly #digest: DigestServer
  readonly #bindings = new Map<string, PbxBinding>()
  #endpoint: SipEndpoint | undefined
  #backToBack: BackToBackCalls | undefined
  #frozen: Arrival[] | undefined
  #port: number

  constructor(options: TinyPbxOptions) {
    this.#options = options
    this.#port = options.listen?.port ?? 0
    this.#digest = new DigestServer(options.realm ?? options.domain, (user) => options.users[user])
  }

  /** As `pbxs[].server` of the config takes it. Stays the same over `stop()` and `start()`. */
  get hostPort(): string {
    return `${this.#options.listen?.address ?? '127.0.0.1'}:${this.#port}`
  }

  /** What arrived and could not be read. */
  get faults(): readonly Error[] {
    return this.#endpoint?.wire.faults ?? []
  }

  /** Users who are registered now. */
  get registered(): string[] {
    return [...this.#bindings].filter(([, { expiresAt }]) => expiresAt > Date.now()).map(([user]) => user)
  }

  async start(): Promise<void> {
    const endpoint = new SipEndpoint({
      transport: 'udp',
      address: this.#options.listen?.address ?? '127.0.0.1',
      port: this.#port,
      onArrival: (arrival) => this.#arrived(arrival),
    })
    await endpoint.start()
    this.#endpoint = endpoint
    this.#port = endpoint.wire.port
    if (this.#options.isBackToBack) this.#backToBack = new BackToBackCalls(endpoint, this.#options.domain)
  }

  /** Calls that it believes to be up; none of a proxy's. */
  get callsUp(): number {
    return this.#backToBack?.count ?? 0
  }

  /** Answers to the BYEs that it has sent. */
  get byeAnswers(): readonly number[] {
    return this.#backToBack?.byeAnswers ?? []
  }

  /** Hangs up on everybody. */
  hangUpAll(): void {
    this.#backToBack?.hangUpAll()
  }

  freeze(): void {
    this.#frozen ??= []
  }

  thaw(): void {
    const arrivals = this.#frozen ?? []
    this.#frozen = undefined
    for (const arrival of arrivals) this.#arrived(arrival)
  }

  async stop(): Promise<void> {
    await this.#endpoint?.stop()
    this.#endpoint = undefined
  }

  #arrived(arrival: Arrival): void {
    if (this.#frozen) {
      this.#frozen.push(arrival)
      return
    }
    const { request } = arrival
    if (this.#isOwn(request.values('route')[0])) request.removeFirstValue('route')
    if (this.#endpoint && this.#options.notifier?.take(arrival, this.#endpoint)) return
    if (request.to.tag !== undefined && this.#backToBack) this.#backToBack.take(arrival)
    else if (request.to.tag !== undefined) this.#passOn(arrival, request.uri)
    else if (request.method === 'OPTIONS')
      arrival.reply(200, { headers: { Allow: 'INVITE, ACK, BYE, OPTIONS' } })
    else if (request.method === 'REGISTER') this.#register(arrival)
    else if (request.method === 'INVITE' || request.method === 'MESSAGE') this.#route(arrival)
    else if (request.method !== 'ACK') arrival.reply(405)
  }

  #register(arrival: Arrival): void {
    this.registerTimes.push(performance.now())
    const user = this.#digest.check(arrival, 401)
    if (user === undefined) return
    const [contact] = arrival.request.contacts
    const expires = Number(contact?.params.text('expires') ?? arrival.request.get('expires') ?? 300)
    if (contact && (expires === 0 || contact.isStar)) this.#bindings.delete(user)
    else if (contact)
      this.#bindings.set(user, { contact: contact.uri, expiresAt: Date.now() + expires * 1_000 })
    const binding = this.#bindings.get(user)
    const headers = binding ? { Contact: `<${binding.contact}>;expires=${expires}` } : {}
    arrival.reply(200, { headers })
  }

  #route(arrival: Arrival): void {
    const { request } = arrival
    if (parseUri(request.from.uri).host === this.#options.domain) {
      if (this.#digest.check(arrival, 407) === undefined) return
    }
    const called = parseUri(request.uri).user ?? ''
    if (!(called in this.#options.users)) {
      arrival.reply(404)
      return
    }
    const binding = this.#bindings.get(called)
    if (!binding || binding.expiresAt <= Date.now()) {
      arrival.reply(480)
      return
    }
    if (request.method === 'INVITE') {
      arrival.reply(100)
      this.callsPassed.push(`${parseUri(request.from.uri).user} → ${called}`)
    }
    if (request.method === 'INVITE' && this.#backToBack) this.#backToBack.connect(arrival, binding.contact)
    else this.#passOn(arrival, binding.contact)
  }

  /** RFC 3261 §16.6, as far as one target needs it. */
  #passOn(arrival: Arrival, uri: string): void {
    const endpoint = this.#endpoint
    if (!endpoint) return
    const request = arrival.request.clone()
    const hops = (request.maxForwards ?? 70) - 1
    if (hops < 0) {
      if (request.method !== 'ACK') arrival.reply(483)
      return
    }
    request.set('Max-Forwards', String(hops))
    request.remove('proxy-authorization')
    request.uri = uri
    if (request.to.tag === undefined) request.prepend('Record-Route', `<sip:${this.hostPort};lr>`)
    const hop = nextHopOf(request)
    // Neither a phone nor a route: an ACK for a refusal, or a dialog that never was.
    if (parseUri(hop).host === this.#options.domain) {
      if (request.method !== 'ACK') arrival.reply(481)
      return
    }
    const to = remoteOf(hop, 'udp')
    if (request.method === 'ACK') {
      endpoint.sendOnce(request, to)
      return
    }
    const sent = endpoint.send(request, to, {
      onTimeout: () => arrival.reply(408),
      onResponse: (response) => {
        if (response.status === 100) return
        const copy = response.clone()
        copy.removeFirstValue('via')
        arrival.forward(copy)
      },
    })
    arrival.onCancel = () => endpoint.cancel(sent)
  }

  #isOwn(route: string | undefined): boolean {
    return route?.includes(`:${this.hostPort};`) ?? false
  }
}

function nextHopOf(request: SipRequest): string {
  const [route] = request.values('route')
  return route === undefined ? request.uri : route.replace(/^.*<|>.*$/g, '')
}
