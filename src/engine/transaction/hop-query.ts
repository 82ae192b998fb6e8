import { parseUri } from '../message/uri.ts'
import type { HopQuery, TransportName } from '../transport/hop.ts'

const transports: readonly string[] = ['udp', 'tcp', 'tls', 'ws', 'wss'] satisfies TransportName[]

/** What a SIP URI says about where it leads (RFC 3263 §4). Throws SipParseError for other URIs. */
export function hopQueryFor(uri: string): HopQuery {
  const { scheme, host, port, params } = parseUri(uri)
  const transport = params.text('transport')?.toLowerCase()
  return {
    scheme,
    host: params.text('maddr')?.replace(/^\[|\]$/g, '') ?? host,
    port,
    transport: transport !== undefined && isTransport(transport) ? transport : undefined,
  }
}

function isTransport(name: string): name is TransportName {
  return transports.includes(name)
}
