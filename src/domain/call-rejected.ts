import { type Fault, GatewayError } from './gateway-error.ts'
import type { SipResponseView } from './sip.ts'

const personSaidNo = new Set([486, 600, 603, 607])
const deadTarget = new Set([408, 500, 502, 503, 504])

/** A target answered an INVITE with a final response of 300 or more. */
export class CallRejected extends GatewayError {
  readonly sipStatus: number
  readonly fault: Fault
  readonly tryNextTarget: boolean
  readonly response: SipResponseView | undefined

  constructor(status: number, reason: string, response?: SipResponseView) {
    super(`${status} ${reason}`)
    this.sipStatus = status
    this.response = response
    this.fault = personSaidNo.has(status) ? 'caller' : status >= 500 ? 'far-end' : 'caller'
    this.tryNextTarget = deadTarget.has(status)
  }
}

/** The caller gave up, or the time for this target ran out, before an answer. */
export class CallAborted extends GatewayError {
  readonly sipStatus = 487
  readonly fault = 'caller'
  readonly tryNextTarget = false
}
