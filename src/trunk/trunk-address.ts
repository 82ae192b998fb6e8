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
  /** The host that requests are sent to: the outbound proxy, else the server. */
  readonly next: { readonly host: string; readonly port: number | undefined }
}

type AddressKeys = Pick<TrunkEntry, 'server' | 'outboundProxy' | 'domain' | 'transport'>

export function trunkAddress(entry: AddressKeys): TrunkAddress {
  const { host, port } = parseHostPort(entry.server)
  const next = entry.outboundProxy === undefined ? { host, port } : parseHostPort(entry.outboundProxy)
  const domain = entry.domain?.toLowerCase() ?? host
  const transport = entry.transport === undefined ? '' : `;transport=${entry.transport}`
  const isElsewhere = domain !== host || entry.outboundProxy !== undefined
  return {
    domain,
    host,
    port,
    hostPart: domain === host ? `${hostPort({ host, port })}${transport}` : domain,
    proxy: isElsewhere ? `sip:${hostPort(next)}${transport}` : undefined,
    next,
  }
}

function hostPort({ host, port }: TrunkAddress['next']): string {
  return port === undefined ? host : `${host}:${port}`
}
