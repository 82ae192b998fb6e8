export type TransportName = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss'

/** One place to send a request to: the result of RFC 3263 §4. */
export interface Hop {
  readonly transport: TransportName
  /** Numeric IPv4 or IPv6 address, IPv6 without brackets. */
  readonly address: string
  readonly port: number
  /** The name that was looked up, for certificate checks and logs. */
  readonly host: string
  /** The far end of a flow (RFC 5626): to be reached while that is open, and never by a connection of our own. */
  readonly isFlow?: true
  /** The way to the far end may move below the connection: what that left unanswered when it closed is sent again. */
  readonly isLink?: true
}

/** What of a SIP URI decides where it leads (RFC 3263 §4). */
export interface HopQuery {
  readonly scheme: 'sip' | 'sips'
  /** Host as written, IPv6 without brackets; `maddr` already applied. */
  readonly host: string
  /** The host that `maddr` stands in for: a certificate is for that name (RFC 5922 §7.2). */
  readonly name?: string
  readonly port: number | undefined
  readonly transport: TransportName | undefined
  /** The URI names the far end of a flow: an address with `ob`. Resolvers need not care. */
  readonly isFlow?: true
}

/**
 * Finds the ordered list of hops for a URI. Numeric hosts and cached names are answered synchronously, so that the hot
 * path does not wait. Rejects with an Error when nothing was found; never resolves to an empty list.
 */
export interface HopResolver {
  resolve(query: HopQuery, signal: AbortSignal): readonly Hop[] | Promise<readonly Hop[]>
}
