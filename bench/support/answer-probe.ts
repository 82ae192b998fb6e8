import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { newBranch, newCallId } from '../../src/engine/message/identifiers.ts'
import { SipRequest, type SipResponse } from '../../src/engine/message/message.ts'
import { parseMessage } from '../../src/engine/message/parse.ts'

export interface ProbeTarget {
  /** `address:port` to send calls to. */
  readonly target: string
  /** `user@domain`. */
  readonly called: string
}

interface ProbeCall {
  readonly invite: SipRequest
  readonly sentAt: number
  isAnswered: boolean
}

const loopback = '127.0.0.1'
const holdMs = 20
const lingerMs = 2_000

/**
 * Places a few calls a second beside SIPp's and times INVITE to 200. SIPp's own clock is the kernel's coarse one: it
 * knows steps of 4 ms only.
 */
export class AnswerProbe {
  readonly #called: string
  readonly #address: string
  readonly #port: number
  readonly #calls = new Map<string, ProbeCall>()
  readonly #latencies: number[] = []
  readonly #socket: Socket = createSocket('udp4')
  #isOver = false

  constructor({ target, called }: ProbeTarget) {
    const [address = '', port] = target.split(':')
    this.#called = called
    this.#address = address
    this.#port = Number(port)
    this.#socket.on('message', (data) => this.#onMessage(data))
  }

  /** Milliseconds to the answer of each call; a call without one counts as long as the probe had waited for it. */
  async run(perSecond: number, seconds: number): Promise<readonly number[]> {
    this.#socket.bind(0, loopback)
    await once(this.#socket, 'listening')
    const begin = performance.now()
    for (let call = 0; call < perSecond * seconds; call++) {
      this.#call()
      await pause(Math.max(0, begin + ((call + 1) * 1000) / perSecond - performance.now()))
    }
    await pause(lingerMs)
    this.#isOver = true
    this.#socket.close()
    const unanswered = [...this.#calls.values()].filter(({ isAnswered }) => !isAnswered)
    return [...this.#latencies, ...unanswered.map(({ sentAt }) => performance.now() - sentAt)]
  }

  #call(): void {
    const callId = newCallId()
    const { port } = this.#socket.address()
    const invite = this.#request('INVITE', `sip:${this.#called}`, 1, callId, [
      ['To', `<sip:${this.#called}>`],
      ['Contact', `<sip:probe@${loopback}:${port}>`],
      ['Content-Type', 'application/sdp'],
    ])
    invite.body = Buffer.from(
      `v=0\r\no=probe 1 1 IN IP4 ${loopback}\r\ns=-\r\nc=IN IP4 ${loopback}\r\nt=0 0\r\nm=audio 40004 RTP/AVP 8\r\n`,
    )
    this.#calls.set(callId, { invite, sentAt: performance.now(), isAnswered: false })
    this.#send(invite)
  }

  #onMessage(data: Buffer): void {
    const now = performance.now()
    const message = parseMessage(data)
    if (message.isRequest || message.status < 200 || message.cseq.method !== 'INVITE') return
    const call = this.#calls.get(message.callId)
    if (!call) return
    if (message.status >= 300) return // SIPp's calls tell how many fail
    this.#send(this.#inDialog('ACK', 1, message))
    if (call.isAnswered) return
    call.isAnswered = true
    this.#latencies.push(now - call.sentAt)
    setTimeout(() => this.#hangUp(message), holdMs)
  }

  #hangUp(answer: SipResponse): void {
    if (!this.#isOver) this.#send(this.#inDialog('BYE', 2, answer))
  }

  #inDialog(method: string, sequence: number, answer: SipResponse): SipRequest {
    const target = answer.contacts[0]?.uri ?? `sip:${this.#called}`
    const routes = answer.values('record-route').toReversed()
    return this.#request(method, target, sequence, answer.callId, [
      ...routes.map((route): [string, string] => ['Route', route]),
      ['To', answer.get('to') ?? ''],
    ])
  }

  #request(
    method: string,
    uri: string,
    sequence: number,
    callId: string,
    headers: readonly [string, string][],
  ): SipRequest {
    const { port } = this.#socket.address()
    return new SipRequest(method, uri, [
      ['Via', `SIP/2.0/UDP ${loopback}:${port};branch=${newBranch()};rport`],
      ['Max-Forwards', '70'],
      ['From', `<sip:probe@elsewhere.test>;tag=${callId.slice(0, 8)}`],
      ['Call-ID', callId],
      ['CSeq', `${sequence} ${method}`],
      ...headers,
    ])
  }

  #send(request: SipRequest): void {
    this.#socket.send(request.toBuffer(), this.#port, this.#address)
  }
}
