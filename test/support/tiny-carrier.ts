import type { Socket } from 'node:dgram'
import type { SipRequest } from '../../src/engine/message/message.ts'
import { parseUri } from '../../src/engine/message/uri.ts'
import type { Part } from '../../src/lib/part.ts'
import type { Credentials } from './sip/digest-client.ts'
import { DigestServer } from './sip/digest-server.ts'
import type { OutgoingCall } from './sip/outgoing-call.ts'
import type { Arrival } from './sip/sip-endpoint.ts'
import { type Answering, SipPhone } from './sip-phone.ts'

export interface TinyCarrierOptions {
  /** Demanded for calls and registrations; without it anybody may call. */
  readonly account?: Credentials
  readonly domain?: string
  readonly listen?: { readonly address?: string; readonly port?: number }
  readonly answering?: Answering
  readonly tone?: number
  /** Where bound UDP sockets come from, when not from this process's own network. */
  readonly openUdp?: (address: string, port: number) => Promise<Socket>
  /** Its media is SRTP with keys in the SDP, and nothing else. */
  readonly isEncrypting?: boolean
}

/** The telephone network at the other end of a SIP trunk: takes calls to any number, and calls in by DID. */
export class TinyCarrier implements Part {
  readonly name = 'tiny carrier'
  /** The phone that every number leads to. */
  readonly phone: SipPhone
  /** Numbers called, as they stood in the Request-URI. */
  readonly dialled: string[] = []
  /** The INVITEs that asked for them. */
  readonly invites: SipRequest[] = []
  /** Contact of the trunk that is registered. */
  registered: string | undefined
  readonly #digest: DigestServer | undefined

  constructor({ account, domain = 'carrier.test', ...phone }: TinyCarrierOptions = {}) {
    this.#digest =
      account &&
      new DigestServer(domain, (user) => (user === account.username ? account.password : undefined))
    this.phone = new SipPhone({
      ...phone,
      aor: `pstn@${domain}`,
      intercept: (arrival) => this.#intercept(arrival),
    })
  }

  /** As `trunks[].server` of the config takes it. */
  get hostPort(): string {
    return this.phone.endpoint.hostPort
  }

  start(): Promise<void> {
    return this.phone.start()
  }

  stop(): Promise<void> {
    return this.phone.stop()
  }

  /** A call from the telephone network: `+4930…` to the box at `host:port`. */
  callIn(
    did: string,
    from: string,
    box: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<OutgoingCall> {
    return this.phone.call(`sip:${did}@${box};user=phone`, {
      from: `sip:${from}@${this.hostPort};user=phone`,
      headers,
    })
  }

  #intercept(arrival: Arrival): boolean {
    const { request } = arrival
    if (request.method === 'REGISTER') return this.#register(arrival)
    if (request.method !== 'INVITE') return false
    if (this.#digest && this.#digest.check(arrival, 407) === undefined) return true
    this.invites.push(request)
    this.dialled.push(parseUri(request.uri).user ?? request.uri)
    return false
  }

  #register(arrival: Arrival): boolean {
    if (this.#digest && this.#digest.check(arrival, 401) === undefined) return true
    const [contact] = arrival.request.contacts
    const expires = Number(contact?.params.text('expires') ?? arrival.request.get('expires') ?? 300)
    this.registered = expires > 0 ? contact?.uri : undefined
    arrival.reply(200, contact ? { headers: { Contact: `<${contact.uri}>;expires=${expires}` } } : {})
    return true
  }
}
