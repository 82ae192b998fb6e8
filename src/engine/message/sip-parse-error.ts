import type { SipRequest } from './message.ts'

/** Text from the network that is not SIP. `status` and `reason` are what a response to it would say. */
export class SipParseError extends Error {
  override readonly name: string = 'SipParseError'
  readonly status: number
  readonly reason: string
  /** What could be read of a request, when that is enough to answer it (`responseTo`): at least its top Via. */
  partial: SipRequest | undefined

  constructor(reason: string, status = 400) {
    super(`${status} ${reason}`)
    this.status = status
    this.reason = reason
  }
}

/** A URI whose scheme is not the one asked for. RFC 3261 §21.4.14: 416. */
export class UnsupportedScheme extends SipParseError {
  override readonly name = 'UnsupportedScheme'
  readonly scheme: string

  constructor(scheme: string) {
    super('Unsupported URI Scheme', 416)
    this.scheme = scheme
  }
}
