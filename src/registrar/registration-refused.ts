import { type Fault, GatewayError } from '../domain/gateway-error.ts'
import type { SipHeaders } from '../domain/sip.ts'

/** A REGISTER that is answered with an error; no binding was changed (RFC 3261 §10.3). */
export class RegistrationRefused extends GatewayError {
  readonly sipStatus: number
  readonly fault: Fault
  readonly tryNextTarget = false
  /** Reason phrase of the response. */
  readonly reason: string
  readonly headers: SipHeaders

  constructor(status: number, reason: string, headers: SipHeaders = {}, fault?: Fault) {
    super(`${status} ${reason}`)
    this.sipStatus = status
    this.reason = reason
    this.headers = headers
    this.fault = fault ?? (status === 503 ? 'box' : 'caller')
  }
}
