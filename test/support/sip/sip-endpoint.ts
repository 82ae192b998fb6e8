import { newBranch, newTag } from '../../../src/engine/message/identifiers.ts'
import { SipRequest, type SipResponse } from '../../../src/engine/message/message.ts'
import { reasonPhrase, responseTo } from '../../../src/engine/message/response.ts'
import type { Part } from '../../../src/lib/part.ts'
import { hostPort, type Remote } from './remote.ts'
import { SipWire, type WireOptions } from './sip-wire.ts'

const t1 = 500
const t2 = 4_000

export interface ReplyOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly reason?: string
  readonly toTag?: string
}

/** A request that came in. ACK is one too; it takes no reply. */
export interface Arrival {
  readonly request: SipRequest
  readonly from: Remote
  reply(status: number, options?: ReplyOptions): void
  /** Sends a response made elsewhere. */
  forward(response: SipResponse): void
  /** Called when a CANCEL for it arrives; the CANCEL itself is answered already. */
  onCancel: (() => void) | undefined
}

export interface SendOptions {
  /** Each response, provisional and final, and each 2xx to INVITE that comes again. */
  readonly onResponse: (response: SipResponse) => void
  readonly onTimeout: () => void
  readonly timeoutMs?: number
}

interface Sent {
  readonly request: SipRequest
  readonly to: Remote
  readonly options: SendOptions
  resend: NodeJS.Timeout | undefined
  deadline: NodeJS.Timeout
  hasAnswer: boolean
  isDone: boolean
}

interface Served {
  last: SipResponse | undefined
  isAcknowledged: boolean
  readonly arrival: Arrival
}

export type EndpointOptions = Omit<WireOptions, 'onMessage'> & {
  readonly onArrival: (arrival: Arrival) => void
}

/**
 * A SIP endpoint for tests: retransmission, absorption, ACK for refusals and CANCEL, and nothing more. It shares only
 * the message parser and the stream framing with the engine that it is there to test.
 */
export class SipEndpoint implements Part {
  readonly name = 'sip endpoint'
  readonly wire: SipWire
  readonly #onArrival: (arrival: Arrival) => void
  readonly #sent = new Map<string, Sent>()
  readonly #served = new Map<string, Served>()
  readonly #timers = new Set<NodeJS.Timeout>()

  constructor({ onArrival, ...wire }: EndpointOptions) {
    this.#onArrival = onArrival
    this.wire = new SipWire({
      ...wire,
      onMessage: (message, from) =>
        message instanceof SipRequest ? this.#requestCame(message, from) : this.#responseCame(message),
    })
  }

  /** `host:port` for Contact and Via. */
  get hostPort(): string {
    return hostPort(this.wire)
  }

  start(): Promise<void> {
    return this.wire.start()
  }

  async stop(): Promise<void> {
    for (const { resend, deadline } of this.#sent.values()) {
      clearTimeout(resend)
      clearTimeout(deadline)
    }
    for (const timer of this.#timers) clearTimeout(timer)
    this.#sent.clear()
    await this.wire.stop()
  }

  /** Adds a Via and sends; UDP repeats by RFC 3261 §17.1. Returns what `cancel` takes. */
  send(request: SipRequest, to: Remote, options: SendOptions): SipRequest {
    const branch = newBranch()
    request.prepend('Via', `SIP/2.0/${to.transport.toUpperCase()} ${this.hostPort};branch=${branch};rport`)
    const sent: Sent = {
      request,
      to,
      options,
      resend: undefined,
      deadline: setTimeout(() => this.#timedOut(key), options.timeoutMs ?? 64 * t1),
      hasAnswer: false,
      isDone: false,
    }
    const key = `${branch} ${request.method}`
    this.#sent.set(key, sent)
    this.wire.send(request, to)
    if (to.transport === 'udp') this.#repeat(sent, t1)
    return request
  }

  /** Sends without a transaction: ACK for 2xx, and what a stateless proxy passes on. */
  sendOnce(request: SipRequest, to: Remote): void {
    request.prepend(
      'Via',
      `SIP/2.0/${to.transport.toUpperCase()} ${this.hostPort};branch=${newBranch()};rport`,
    )
    this.wire.send(request, to)
  }

  /** Takes an INVITE back (RFC 3261 §9.1). */
  cancel(invite: SipRequest): void {
    const sent = this.#sent.get(`${invite.topVia.branch} INVITE`)
    if (!sent || sent.isDone) return
    const cancel = sameTransaction(invite, 'CANCEL')
    const key = `${invite.topVia.branch} CANCEL`
    const done = () => this.#forget(key)
    const deadline = setTimeout(done, 64 * t1)
    const options = { onResponse: done, onTimeout: done }
    const own: Sent = {
      request: cancel,
      to: sent.to,
      options,
      resend: undefined,
      deadline,
      hasAnswer: false,
      isDone: false,
    }
    this.#sent.set(key, own)
    this.wire.send(cancel, sent.to)
    if (sent.to.transport === 'udp') this.#repeat(own, t1)
  }

  /** Runs once, unless the endpoint is stopped before. */
  later(ms: number, action: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      action()
    }, ms)
    this.#timers.add(timer)
    return timer
  }

  #repeat(sent: Sent, ms: number): void {
    sent.resend = setTimeout(() => {
      this.wire.send(sent.request, sent.to)
      this.#repeat(sent, sent.request.method === 'INVITE' ? ms * 2 : Math.min(ms * 2, t2))
    }, ms)
  }

  #timedOut(key: string): void {
    const sent = this.#sent.get(key)
    this.#forget(key)
    if (sent && !sent.isDone) sent.options.onTimeout()
  }

  #forget(key: string): void {
    const sent = this.#sent.get(key)
    clearTimeout(sent?.resend)
    clearTimeout(sent?.deadline)
    this.#sent.delete(key)
  }

  #responseCame(response: SipResponse): void {
    const key = `${response.topVia.branch} ${response.cseq.method}`
    const sent = this.#sent.get(key)
    if (!sent) return
    const isInvite = sent.request.method === 'INVITE'
    sent.hasAnswer = true
    if (isInvite || response.status >= 200) clearTimeout(sent.resend)
    if (response.status < 200) {
      // RFC 3261 §17.1.1.2: an INVITE that rings has no time-out in the transaction.
      if (isInvite) clearTimeout(sent.deadline)
      if (!sent.isDone) sent.options.onResponse(response)
      return
    }
    if (isInvite && response.status >= 300) this.wire.send(ackForRefusal(sent.request, response), sent.to)
    const isNew = !sent.isDone
    sent.isDone = true
    clearTimeout(sent.deadline)
    if (isInvite) this.later(64 * t1, () => this.#forget(key))
    else this.#forget(key)
    if (isNew || (isInvite && response.status < 300)) sent.options.onResponse(response)
  }

  #requestCame(request: SipRequest, from: Remote): void {
    const { branch, host, port } = request.topVia
    const base = `${branch} ${host}:${port}`
    const invite = request.method === 'ACK' ? this.#served.get(`${base} INVITE`) : undefined
    if (invite?.last && invite.last.status >= 300) {
      invite.isAcknowledged = true
      return
    }
    const key = `${base} ${request.method}`
    const known = this.#served.get(key)
    if (known) {
      if (known.last) this.wire.send(known.last, from)
      return
    }
    const arrival = this.#arrival(request, from, key)
    if (request.method === 'ACK') {
      this.#onArrival(arrival)
      return
    }
    this.#served.set(key, { last: undefined, isAcknowledged: false, arrival })
    this.later(64 * t1, () => this.#served.delete(key))
    if (request.method === 'CANCEL') this.#cancelCame(arrival, base)
    else this.#onArrival(arrival)
  }

  // RFC 3261 §17.2.1, timer G.
  #repeatRefusal(served: Served, response: SipResponse, to: Remote, ms: number): void {
    this.later(ms, () => {
      if (served.isAcknowledged || ms > 8 * t2) return
      this.wire.send(response, to)
      this.#repeatRefusal(served, response, to, ms * 2)
    })
  }

  #cancelCame(cancel: Arrival, base: string): void {
    const invite = this.#served.get(`${base} INVITE`)
    cancel.reply(invite ? 200 : 481)
    if (invite && (invite.last?.status ?? 0) < 200) invite.arrival.onCancel?.()
  }

  #arrival(request: SipRequest, from: Remote, key: string): Arrival {
    const toTag = newTag()
    const forward = (response: SipResponse) => {
      const served = this.#served.get(key)
      if (served) served.last = response
      this.wire.send(response, from)
      const isRefusal = request.method === 'INVITE' && response.status >= 300
      if (served && isRefusal && from.transport === 'udp') this.#repeatRefusal(served, response, from, t1)
    }
    return {
      request,
      from,
      onCancel: undefined,
      forward,
      reply: (status, options = {}) => {
        const tag = status === 100 ? {} : { toTag: options.toTag ?? toTag }
        const response = responseTo(request, status, options.reason ?? reasonPhrase(status), tag)
        // RFC 3261 §12.1.1
        if (status > 100 && status < 300)
          for (const route of request.values('record-route')) response.append('Record-Route', route)
        for (const [name, value] of Object.entries(options.headers ?? {})) response.append(name, value)
        if (options.body) response.body = Buffer.from(options.body)
        forward(response)
      },
    }
  }
}

/** RFC 3261 §9.1 and §17.1.1.3: the same Request-URI, Via, From, Call-ID and CSeq number. */
function sameTransaction(invite: SipRequest, method: string): SipRequest {
  const request = new SipRequest(method, invite.uri)
  request.append('Via', invite.values('via')[0] ?? '')
  for (const name of ['Route', 'From', 'To', 'Call-ID']) {
    for (const value of invite.getAll(name.toLowerCase())) request.append(name, value)
  }
  request.append('CSeq', `${invite.cseq.number} ${method}`)
  request.append('Max-Forwards', '70')
  return request
}

function ackForRefusal(invite: SipRequest, response: SipResponse): SipRequest {
  const ack = sameTransaction(invite, 'ACK')
  ack.set('To', response.get('to') ?? '')
  return ack
}
