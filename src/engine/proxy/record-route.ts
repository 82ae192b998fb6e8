import { createHmac, timingSafeEqual } from 'node:crypto'
import { printHostPort } from '../message/host-port.ts'
import type { SipUri } from '../message/uri.ts'
import type { ListeningPoint } from '../transport/flow.ts'

const tokenLength = 12

/** One side of a call that passes: where it is served, and the flow there when the Contact will not do (RFC 5626). */
export interface PassedSide {
  readonly point: ListeningPoint
  /** `sip:<address>:<port>;transport=<name>;ob` */
  readonly flow?: string | undefined
}

/**
 * The Record-Route values of this proxy (RFC 3261 §16.6 step 4). Each carries a token made from the Call-ID, and from
 * the flow that it stands for (RFC 5626 §5.2), so that a stranger cannot have requests relayed, or sent to somebody's
 * phone, by writing a Route of his own.
 */
export class RecordRoute {
  readonly #secret: string

  constructor(secret: string) {
    this.#secret = secret
  }

  /** Topmost first. Two when the two sides differ, so that each sees its own (RFC 5658), or have flows to remember. */
  valuesFor(callId: string, came: PassedSide, leaves: PassedSide, isSips = false): string[] {
    const isOne = came.point === leaves.point && came.flow === undefined && leaves.flow === undefined
    const sides = isOne ? [came] : [leaves, came]
    return sides.map((side) => this.#value(side, callId, isSips))
  }

  /** Whether a Route that names us was written by us, for this call. */
  isOurs(uri: SipUri, callId: string): boolean {
    const token = uri.params.text('token')
    if (token?.length !== tokenLength) return false
    const expected = Buffer.from(this.#tokenFor(callId, uri.params.text('flow')))
    const given = Buffer.from(token)
    return given.length === expected.length && timingSafeEqual(given, expected)
  }

  /** The URI of the flow that a Route of ours stands for. */
  flowOf(uri: SipUri): string | undefined {
    const [, transport, hostPort] = /^(\w+):(.+)$/.exec(uri.params.text('flow') ?? '') ?? []
    return transport && `sip:${hostPort};transport=${transport};ob`
  }

  #value({ point, flow }: PassedSide, callId: string, isSips: boolean): string {
    const short = flow?.replace(/^sip:(.+);transport=(\w+);ob$/, '$2:$1')
    const place = printHostPort(point.advertisedHost, point.advertisedPort)
    const side = short === undefined ? '' : `;flow=${short}`
    return `<${schemeAndPlace(point, place, isSips)};lr;token=${this.#tokenFor(callId, short)}${side}>`
  }

  #tokenFor(callId: string, flow: string | undefined): string {
    const signed = flow === undefined ? callId : `${callId} ${flow}`
    return createHmac('sha256', this.#secret).update(signed).digest('hex').slice(0, tokenLength)
  }
}

function schemeAndPlace({ transport }: ListeningPoint, place: string, isSips: boolean): string {
  // RFC 3261 §16.6 step 4: a call to a sips URI stays secure within the dialog. RFC 3261 §26.2.2: sips says TLS itself.
  if (isSips && transport === 'tls') return `sips:${place}`
  if (isSips && transport === 'wss') return `sips:${place};transport=ws`
  return transport === 'udp' ? `sip:${place}` : `sip:${place};transport=${transport}`
}
