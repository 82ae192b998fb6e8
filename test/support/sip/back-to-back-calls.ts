import { newCallId, newTag } from '../../../src/engine/message/identifiers.ts'
import { SipRequest, type SipResponse } from '../../../src/engine/message/message.ts'
import { parseUri } from '../../../src/engine/message/uri.ts'
import { Dialog } from './dialog.ts'
import { remoteOf } from './remote.ts'
import type { Arrival, SipEndpoint } from './sip-endpoint.ts'

interface Call {
  readonly caller: Dialog
  readonly callee: Dialog
}

/**
 * Calls of a test PBX that ends each of them and begins another one, as IP-PBXs do: own Call-IDs, own names, own media
 * addresses (behind which nothing listens).
 */
export class BackToBackCalls {
  readonly #endpoint: SipEndpoint
  readonly #domain: string
  readonly #calls = new Set<Call>()
  #mediaPort = 50_000
  readonly byeAnswers: number[] = []

  constructor(endpoint: SipEndpoint, domain: string) {
    this.#endpoint = endpoint
    this.#domain = domain
  }

  /** Calls that are up, as the PBX believes. */
  get count(): number {
    return this.#calls.size
  }

  connect(arrival: Arrival, target: string): void {
    const { request: invite } = arrival
    const user = (uri: string) => `sip:${parseUri(uri).user}@${this.#domain}`
    const outgoing = new SipRequest('INVITE', target, [
      ['From', `<${user(invite.from.uri)}>;tag=${newTag()}`],
      ['To', `<${user(invite.uri)}>`],
      ['Call-ID', newCallId()],
      ['CSeq', '1 INVITE'],
      ['Max-Forwards', '70'],
      ['Contact', this.#contact],
      ['Content-Type', 'application/sdp'],
    ])
    outgoing.body = this.#ownMedia(invite.body)
    const sent = this.#endpoint.send(outgoing, remoteOf(target, 'udp'), {
      onTimeout: () => arrival.reply(408),
      onResponse: (response) => this.#responded(arrival, outgoing, response),
    })
    arrival.onCancel = () => this.#endpoint.cancel(sent)
  }

  /** A request in a dialog. */
  take(arrival: Arrival): void {
    const { request } = arrival
    const call = [...this.#calls].find(({ caller, callee }) => caller.isFor(request) || callee.isFor(request))
    if (request.method === 'ACK') return
    if (call && request.method === 'BYE') {
      this.#calls.delete(call)
      this.#bye(call.caller.isFor(request) ? call.callee : call.caller)
    }
    const status = request.method === 'INVITE' ? 488 : 200
    arrival.reply(call ? status : 481)
  }

  /** Hangs up on everybody. */
  hangUpAll(): void {
    for (const call of this.#calls) {
      this.#bye(call.caller)
      this.#bye(call.callee)
    }
    this.#calls.clear()
  }

  #responded(arrival: Arrival, outgoing: SipRequest, response: SipResponse): void {
    const { status } = response
    if (status >= 101 && status < 200) arrival.reply(status)
    if (status >= 300) arrival.reply(status)
    if (status < 200 || status >= 300) return
    const callee = Dialog.ofCaller(outgoing, response)
    this.#endpoint.sendOnce(callee.request('ACK', 1), remoteOf(callee.nextHop, 'udp'))
    const toTag = newTag()
    this.#calls.add({ caller: Dialog.ofCallee(arrival.request, toTag), callee })
    const headers = { Contact: this.#contact, 'Content-Type': 'application/sdp' }
    arrival.reply(200, { toTag, headers, body: this.#ownMedia(response.body).toString() })
  }

  #bye(dialog: Dialog): void {
    this.#endpoint.send(dialog.request('BYE'), remoteOf(dialog.nextHop, 'udp'), {
      onResponse: ({ status }) => this.byeAnswers.push(status),
      onTimeout: () => this.byeAnswers.push(408),
    })
  }

  #ownMedia(sdp: Buffer): Buffer {
    this.#mediaPort += 2
    return Buffer.from(sdp.toString().replace(/^m=audio \d+/m, `m=audio ${this.#mediaPort}`))
  }

  get #contact(): string {
    return `<sip:pbx@${this.#endpoint.hostPort}>`
  }
}
