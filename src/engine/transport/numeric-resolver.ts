import { isIP } from 'node:net'
import type { Hop, HopQuery, HopResolver } from './hop.ts'

/** Resolves numeric hosts and nothing else: for tests, and for an engine that must not ask a name server. */
export class NumericResolver implements HopResolver {
  resolve(query: HopQuery): readonly Hop[] {
    if (isIP(query.host) === 0) throw new Error(`${query.host} is a name, and there is no name server to ask`)
    // RFC 3263 §4.1 and §4.2.
    const transport = query.transport ?? (query.scheme === 'sips' ? 'tls' : 'udp')
    const port = query.port ?? (transport === 'tls' || transport === 'wss' ? 5061 : 5060)
    return [{ transport, address: query.host, port, host: query.host }]
  }
}
