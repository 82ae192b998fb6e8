import { type Fault, GatewayError } from '../../domain/gateway-error.ts'

/** A phone was registered with a way (Path, RFC 3327) that leads to a provider: that would be a call outside nobody pays. */
export class PhoneLeadsOutside extends GatewayError {
  readonly sipStatus = 480
  readonly fault: Fault = 'caller'
  readonly tryNextTarget = true

  constructor(phone: string, way: string) {
    super(`the way of ${phone} leads by the trunk address ${way}`)
  }
}
