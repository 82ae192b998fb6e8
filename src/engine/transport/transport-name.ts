import type { TransportName } from './hop.ts'

/** The preferred first, where nothing else decides. */
export const transportNames: readonly TransportName[] = ['udp', 'tcp', 'tls', 'ws', 'wss']

export function isSecure(transport: TransportName): boolean {
  return transport === 'tls' || transport === 'wss'
}

/** The port that a URI, a Via or a hop without one means (RFC 3261 §18.2.2, RFC 7118 §5.3). Any case. */
export function defaultPortOf(transport: string): number {
  switch (transport.toLowerCase()) {
    case 'tls':
      return 5061
    case 'ws':
      return 80
    case 'wss':
      return 443
    default:
      return 5060
  }
}

/** What can be sent by these listening points, the preferred first. URIs say `ws` for secure WebSockets too (RFC 7118 §5.4). */
export function transportsOf(points: readonly { readonly transport: TransportName }[]): TransportName[] {
  const spoken = new Set(points.map(({ transport }) => transport))
  if (spoken.has('wss')) spoken.add('ws')
  return transportNames.filter((transport) => spoken.has(transport))
}
