import type { TrunkEntry } from '../config/sections/trunks.ts'
import { parseHostPort } from '../domain/sip-uri.ts'

/** The hosts of one trunk, as its URIs need them. */
export interface TrunkAddress {
  /** Domain of the numbers and of our account there, without port. */
  readonly domain: string
  /** Host of the server; IPv6 in brackets. */
  readonly host: string
  readonly port: number | undefined
  /** What follows `sip:user@` in a Request-URI. */
  readonly hostPart: string
  /** Where requests go when that is not the domain's own host. */
  readonly proxy: string | undefined
}

export function trunkAddress(entry: Pick<TrunkEntry, 'server' | 'domain' | 'transport'>): TrunkAddress {
  const { host, port } = parseHostPort(entry.server)
  const domain = entry.domain?.toLowerCase() ?? host
  const server = `${host}${port === undefined ? '' : `:${port}`}`
  const transport = entry.transport === undefined ? '' : `;transport=${entry.transport}`
  const isElsewhere = domain !== host
  return {
    domain,
    host,
    port,
    hostPart: isElsewhere ? domain : `${server}${transport}`,
    proxy: isElsewhere ? `sip:${server}${transport}` : undefined,
  }
}
