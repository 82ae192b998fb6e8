import { isIPv6 } from 'node:net'
import type { DnsHopResolverOptions } from '../drivers/dns/dns-hop-resolver.ts'
import type { ListenSpec } from '../engine/transport/listen-spec.ts'
import { transportNames, transportsOf } from '../engine/transport/transport-name.ts'

/** What this box can send by, so that names are followed only to where it gets; of a drachtio-server nothing is known. */
export function dnsReach(
  engine: 'embedded' | 'drachtio',
  listen: readonly ListenSpec[],
): Pick<DnsHopResolverOptions, 'transports' | 'families'> {
  if (engine === 'drachtio') return { transports: transportNames }
  return {
    transports: transportsOf(listen),
    families: (['AAAA', 'A'] as const).filter((family) =>
      listen.some(({ address }) => isIPv6(address) === (family === 'AAAA')),
    ),
  }
}
