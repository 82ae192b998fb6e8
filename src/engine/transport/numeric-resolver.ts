import { isIP } from 'node:net'
import type { Hop, HopQuery, HopResolver } from './hop.ts'
import { defaultPortOf } from './transport-name.ts'

/** Resolves numeric hosts and nothing else: for tests, and for an engine that must not ask a name server. */
export class NumericResolver implements HopResolver {
  resolve(query: HopQuery): readonly Hop[] {
    if (isIP(query.host) === 0) throw new Error(`${query.host} is a name, and there is no name server to ask`)
    // RFC 3263 §4.1 and §4.2.
    const transport = query.scheme === 'sips' ? secureTransport(query) : (query.transport ?? 'udp')
    const port = query.port ?? defaultPortOf(transport)
    return [{ transport, address: query.host, port, host: query.host }]
  }
}

/** RFC 3263 §4.1: with sips TCP means TLS over TCP. */
function secureTransport({ transport }: HopQuery): Hop['transport'] {
  return transport === 'ws' || transport === 'wss' ? 'wss' : 'tls'
}
