import { GatewayError } from '../domain/gateway-error.ts'

/** Nobody in this overlay has that peer name, or no box has heard of it. */
export class PeerUnknown extends GatewayError {
  readonly sipStatus = 480
  readonly fault = 'far-end'
  readonly tryNextTarget = true

  constructor(peerName: string) {
    super(`no such peer is known: ${peerName}`)
  }
}

/** The peer is known but cannot be reached, or does not answer in time. */
export class PeerUnreachable extends GatewayError {
  readonly sipStatus = 480
  readonly fault = 'network'
  readonly tryNextTarget = true
}

/** A peer declined a request, with the reason that it gave. */
export class PeerRefused extends GatewayError {
  readonly sipStatus = 503
  readonly fault = 'far-end'
  readonly tryNextTarget = true
  readonly code: string

  constructor(code: string, reason: string) {
    super(reason)
    this.code = code
  }
}

/** Not one holder took a record. */
export class StoreFailed extends GatewayError {
  readonly sipStatus = 503
  readonly fault = 'network'
  readonly tryNextTarget = false
}

/** More SIP links are open than a box carries. */
export class TooManyLinks extends GatewayError {
  readonly sipStatus = 503
  readonly fault = 'box'
  readonly tryNextTarget = true

  constructor(limit: number) {
    super(`already ${limit} SIP links are open`)
  }
}

/** So few boxes answered that nothing can be said, and nothing is remembered. */
export class LookUpUnanswered extends GatewayError {
  readonly sipStatus = 503
  readonly fault = 'network'
  readonly tryNextTarget = true
}
