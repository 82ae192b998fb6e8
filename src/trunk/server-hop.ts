import { isIPv6 } from 'node:net'
import type { SipTransport } from '../domain/sip.ts'

/** One address of a server, as the DNS gives it (RFC 3263). */
export interface ServerHop {
  readonly transport: SipTransport
  /** Numeric, IPv6 without brackets. */
  readonly address: string
  readonly port: number
}

/** What is asked for: a host with or without port and transport; IPv6 without brackets. */
export interface ServerQuery {
  readonly scheme: 'sip'
  readonly host: string
  readonly port: number | undefined
  readonly transport: SipTransport | undefined
}

export interface HopLookUp {
  /** The hops of a server, best first, asked of the DNS now whatever is remembered. Rejects when there is none. */
  resolveAfresh(query: ServerQuery, signal: AbortSignal): Promise<readonly ServerHop[]>
}

/**
 * The URI that leads to this hop and no other. With TLS the name stays in it, because the certificate is for the name
 * (RFC 5922 §7.2), and `maddr` says where (RFC 3261 §19.1.1).
 */
export function hopUri({ transport, address, port }: ServerHop, host: string): string {
  const numeric = isIPv6(address) ? `[${address}]` : address
  if (transport === 'tls') return `sip:${host}:${port};transport=tls;maddr=${numeric}`
  return `sip:${numeric}:${port};transport=${transport}`
}

export function isSameHop(one: ServerHop, other: ServerHop): boolean {
  return one.transport === other.transport && one.address === other.address && one.port === other.port
}
