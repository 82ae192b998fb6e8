import type { TransportName } from '../transport/hop.ts'

/** One message of a call as it passed the box. */
export interface TracedMessage {
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  readonly direction: 'in' | 'out'
  readonly transport: TransportName
  /** `address:port`, IPv6 in brackets. */
  readonly local: string
  readonly remote: string
  readonly callId: string
  /** Its size on the wire. */
  readonly bytes: number
  /** Credentials and media keys masked, and cut short when it was long. */
  readonly text: string
}
