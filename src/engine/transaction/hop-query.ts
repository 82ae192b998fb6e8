import { isIP } from 'node:net'
import { parseUri } from '../message/uri.ts'
import type { Hop, HopQuery, TransportName } from '../transport/hop.ts'

const transports: readonly string[] = ['udp', 'tcp', 'tls', 'ws', 'wss'] satisfies TransportName[]

/** What a SIP URI says about where it leads (RFC 3263 §4). Throws SipParseError for other URIs. */
export function hopQueryFor(uri: string): HopQuery {
  const { scheme, host, port, params } = parseUri(uri)
  const transport = params.text('transport')?.toLowerCase()
  const instead = params.text('maddr')?.replace(/^\[|\]$/g, '')
  const query = {
    scheme,
    host: instead ?? host,
    ...(instead !== undefined && { name: host }),
    port,
    transport: transport !== undefined && isTransport(transport) ? transport : undefined,
  }
  // RFC 5626 §5.3: with the name of a server or of a proxy (`lr`), `ob` is theirs to understand; with the address of
  // anybody else it asks for the flow that is there.
  return params.has('ob') && !params.has('lr') && isIP(query.host) > 0 ? { ...query, isFlow: true } : query
}

/** The hops that were found for a query, marked as flows when that is what it asked for. */
export function hopsFor(query: HopQuery, found: readonly Hop[]): readonly Hop[] {
  return query.isFlow ? found.map((hop) => ({ ...hop, isFlow: true })) : found
}

function isTransport(name: string): name is TransportName {
  return transports.includes(name)
}
