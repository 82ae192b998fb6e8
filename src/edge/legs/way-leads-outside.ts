import { type Fault, GatewayError } from '../../domain/gateway-error.ts'

/** A Path (RFC 3327), a Contact or a domain that leads to a provider: that would be a call outside that nobody pays. */
export class WayLeadsOutside extends GatewayError {
  readonly sipStatus = 480
  readonly fault: Fault = 'caller'
  readonly tryNextTarget = true

  constructor(called: string, way: string) {
    super(`the way to ${called} leads by the trunk address ${way}`)
  }
}
