import { GatewayError } from '../../domain/gateway-error.ts'

/** No link to another box came about in time. */
export class PeerUnreachable extends GatewayError {
  readonly sipStatus = 503
  readonly fault = 'network'
  readonly tryNextTarget = true

  constructor(peerName: string, options?: ErrorOptions) {
    super(`box ${peerName} cannot be reached`, options)
  }
}
