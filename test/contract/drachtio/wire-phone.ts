import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { newBranch, newCallId, newTag } from '../../../src/engine/message/identifiers.ts'
import { type SipMessage, SipRequest, type SipResponse } from '../../../src/engine/message/message.ts'
import { parseMessage } from '../../../src/engine/message/parse.ts'
import { responseTo } from '../../../src/engine/message/response.ts'
import { within } from '../../support/within.ts'
import { sdp } from './srf.ts'

type Headers = Readonly<Record<string, string>>

/** What is waited for: a request by method, a response by status and, if it matters, by method. */
export type Wanted = string | number | readonly [status: number, method: string]

/**
 * A telephone without any stack: it sends exactly what a test says, sees every datagram, retransmissions included, and
 * repeats nothing itself.
 */
export class WirePhone {
  readonly #socket: Socket
  readonly #inbox: SipMessage[] = []
  readonly #waiting: {
    readonly matches: (message: SipMessage) => boolean
    readonly take: (m: SipMessage) => void
  }[] = []
  /** Everything that came, in order. */
  readonly received: SipMessage[] = []
  readonly port: number
  readonly user: string
  #server: { host: string; port: number }

  private constructor(socket: Socket, user: string, server: { host: string; port: number }) {
    this.#socket = socket
    this.port = socket.address().port
    this.user = user
    this.#server = server
    socket.on('message', (data, from) => this.#receive(data, from))
  }

  static async open(user: string, server: { host: string; port: number }): Promise<WirePhone> {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return new WirePhone(socket, user, server)
  }

  close(): void {
    this.#socket.close()
  }

  get uri(): string {
    return `sip:${this.user}@127.0.0.1:${this.port}`
  }

  send(message: SipMessage, port = this.#server.port): void {
    this.#socket.send(message.toBuffer(), port, this.#server.host)
  }

  /** A request outside any dialog. `from` is another request whose identity is to be kept. */
  request(method: string, headers: Headers = {}, body = ''): SipRequest {
    const { host, port } = this.#server
    const request = new SipRequest(method, `sip:service@${host}:${port}`, [
      ['Via', this.via()],
      ['Max-Forwards', '70'],
      ['From', `<${this.uri}>;tag=${newTag()}`],
      ['To', `<sip:service@${host}>`],
      ['Call-ID', newCallId()],
      ['CSeq', `1 ${method}`],
      ['Contact', `<${this.uri}>`],
    ])
    for (const [name, value] of Object.entries(headers)) request.set(name, value)
    setBody(request, body)
    return request
  }

  invite(headers: Headers = {}, body = sdp()): SipRequest {
    const invite = this.request('INVITE', headers, body)
    this.send(invite)
    return invite
  }

  /** A request of the caller in the dialog that `answer` to `invite` made. */
  inDialog(
    invite: SipRequest,
    answer: SipResponse,
    method: string,
    headers: Headers = {},
    body = '',
  ): SipRequest {
    const number = method === 'ACK' ? invite.cseq.number : ++this.#sequence
    const request = new SipRequest(method, answer.contacts[0]?.uri ?? invite.uri, [
      ['Via', this.via()],
      ['Max-Forwards', '70'],
      ...answer
        .getAll('record-route')
        .reverse()
        .map((value) => ['Route', value] as const),
      ['From', invite.get('from') ?? ''],
      ['To', answer.get('to') ?? ''],
      ['Call-ID', invite.callId],
      ['CSeq', `${number} ${method}`],
      ['Contact', `<${this.uri}>`],
    ])
    for (const [name, value] of Object.entries(headers)) request.set(name, value)
    setBody(request, body)
    this.send(request)
    return request
  }

  /** A request of the callee in the dialog that its `answer` to `invite` made. */
  asCallee(
    invite: SipRequest,
    answer: SipResponse,
    method: string,
    headers: Headers = {},
    body = '',
  ): SipRequest {
    const request = new SipRequest(method, invite.contacts[0]?.uri ?? '', [
      ['Via', this.via()],
      ['Max-Forwards', '70'],
      ...invite.getAll('record-route').map((value) => ['Route', value] as const),
      ['From', answer.get('to') ?? ''],
      ['To', invite.get('from') ?? ''],
      ['Call-ID', invite.callId],
      ['CSeq', `${++this.#sequence} ${method}`],
      ['Contact', `<${this.uri}>`],
    ])
    for (const [name, value] of Object.entries(headers)) request.set(name, value)
    setBody(request, body)
    this.send(request)
    return request
  }

  cancel(invite: SipRequest, headers: Headers = {}): SipRequest {
    const cancel = new SipRequest('CANCEL', invite.uri, [
      ['Via', invite.get('via') ?? ''],
      ['Max-Forwards', '70'],
      ['From', invite.get('from') ?? ''],
      ['To', invite.get('to') ?? ''],
      ['Call-ID', invite.callId],
      ['CSeq', `${invite.cseq.number} CANCEL`],
    ])
    for (const [name, value] of Object.entries(headers)) cancel.set(name, value)
    this.send(cancel)
    return cancel
  }

  /** The ACK for the 2xx to an INVITE of ours, also to one inside a dialog of either side. */
  acknowledge(invite: SipRequest, answer: SipResponse): void {
    const ack = new SipRequest('ACK', answer.contacts[0]?.uri ?? invite.uri, [
      ['Via', this.via()],
      ['Max-Forwards', '70'],
      ['From', invite.get('from') ?? ''],
      ['To', answer.get('to') ?? ''],
      ['Call-ID', invite.callId],
      ['CSeq', `${invite.cseq.number} ACK`],
    ])
    this.send(ack)
  }

  /** The ACK for a final response that is no 2xx. */
  refusalAck(invite: SipRequest, refusal: SipResponse): void {
    const ack = new SipRequest('ACK', invite.uri, [
      ['Via', invite.get('via') ?? ''],
      ['Max-Forwards', '70'],
      ['From', invite.get('from') ?? ''],
      ['To', refusal.get('to') ?? ''],
      ['Call-ID', invite.callId],
      ['CSeq', `${invite.cseq.number} ACK`],
    ])
    this.send(ack)
  }

  /** Answers a request that came; 2xx and 18x to INVITE carry our Contact. `tag` tells forks apart. */
  answer(request: SipRequest, status: number, headers: Headers = {}, body = '', tag = this.tag): SipResponse {
    const response = this.taggedAnswer(request, status, headers, body, tag)
    this.send(response, responsePort(request))
    return response
  }

  /** The same without sending it. */
  taggedAnswer(
    request: SipRequest,
    status: number,
    headers: Headers = {},
    body = '',
    tag = this.tag,
  ): SipResponse {
    const response = responseTo(request, status, undefined, status > 100 ? { toTag: tag } : {})
    if (status > 100 && status < 300) {
      for (const value of request.getAll('record-route')) response.append('Record-Route', value)
      response.set('Contact', `<${this.uri}>`)
    }
    for (const [name, value] of Object.entries(headers)) response.set(name, value)
    setBody(response, body)
    return response
  }

  readonly tag = newTag()

  requestThat(method: string, ms = 10_000): Promise<SipRequest> {
    return this.#next(method, ms) as Promise<SipRequest>
  }

  responseThat(wanted: number | readonly [number, string], ms = 10_000): Promise<SipResponse> {
    return this.#next(wanted, ms) as Promise<SipResponse>
  }

  /** How many messages of that kind have come so far. */
  count(wanted: Wanted): number {
    return this.received.filter((message) => isWanted(message, wanted)).length
  }

  /** Waits until as many have come. */
  async countReaches(wanted: Wanted, count: number, ms = 10_000): Promise<void> {
    while (this.count(wanted) < count) await this.#next(wanted, ms)
  }

  via(): string {
    return `SIP/2.0/UDP 127.0.0.1:${this.port};rport;branch=${newBranch()}`
  }

  #sequence = 1

  #next(wanted: Wanted, ms: number): Promise<SipMessage> {
    const index = this.#inbox.findIndex((message) => isWanted(message, wanted))
    const found = index < 0 ? undefined : this.#inbox.splice(index, 1)[0]
    if (found) return Promise.resolve(found)
    const arrival = new Promise<SipMessage>((take) => {
      this.#waiting.push({ matches: (message) => isWanted(message, wanted), take })
    })
    return within(ms, `${this.user} to receive ${String(wanted)}`, arrival)
  }

  #receive(data: Buffer, from: RemoteInfo): void {
    // Blank lines are keep-alives (RFC 5626 §3.5.1).
    if (data.length < 12) return
    const message = parseMessage(data)
    if (message.isRequest) this.#server = { host: from.address, port: from.port }
    this.received.push(message)
    const index = this.#waiting.findIndex(({ matches }) => matches(message))
    const [waiting] = index < 0 ? [] : this.#waiting.splice(index, 1)
    if (waiting) waiting.take(message)
    else this.#inbox.push(message)
  }
}

function isWanted(message: SipMessage, wanted: Wanted): boolean {
  if (message.isRequest) return message.method === wanted
  if (typeof wanted === 'number') return message.status === wanted
  return Array.isArray(wanted) && message.status === wanted[0] && message.cseq.method === wanted[1]
}

function responsePort(request: SipRequest): number | undefined {
  return request.topVia.port
}

function setBody(message: SipRequest | SipResponse, body: string): void {
  if (body === '') return
  message.body = Buffer.from(body)
  if (!message.has('content-type')) message.set('Content-Type', 'application/sdp')
}
