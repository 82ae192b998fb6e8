import { hash, timingSafeEqual } from 'node:crypto'
import { printHostPort } from '../message/host-port.ts'
import type { SipUri } from '../message/uri.ts'
import type { ListeningPoint } from '../transport/flow.ts'

const tokenLength = 12

/**
 * The Record-Route values of this proxy (RFC 3261 §16.6 step 4). Each carries a token made from the Call-ID, so that a
 * stranger cannot have requests relayed by writing a Route of his own.
 */
export class RecordRoute {
  readonly #secret: string

  constructor(secret: string) {
    this.#secret = secret
  }

  /** Topmost first. Two when the request leaves by another listening point than it came by (RFC 5658). */
  valuesFor(callId: string, came: ListeningPoint, leaves: ListeningPoint): string[] {
    const token = this.#tokenFor(callId)
    return came === leaves ? [value(came, token)] : [value(leaves, token), value(came, token)]
  }

  /** Whether a Route that names us was written by us, for this call. */
  isOurs(uri: SipUri, callId: string): boolean {
    const token = uri.params.text('token')
    if (token?.length !== tokenLength) return false
    return timingSafeEqual(Buffer.from(token), Buffer.from(this.#tokenFor(callId)))
  }

  #tokenFor(callId: string): string {
    return hash('sha256', `${this.#secret} ${callId}`).slice(0, tokenLength)
  }
}

function value(point: ListeningPoint, token: string): string {
  const transport = point.transport === 'udp' ? '' : `;transport=${point.transport}`
  return `<sip:${printHostPort(point.advertisedHost, point.advertisedPort)}${transport};lr;token=${token}>`
}
