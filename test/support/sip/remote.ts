import { isIP } from 'node:net'
import { parseUri } from '../../../src/engine/message/uri.ts'

export type WireTransport = 'udp' | 'tcp'

/** A numeric place that a test phone sends to. */
export interface Remote {
  readonly transport: WireTransport
  readonly address: string
  readonly port: number
}

/** Where a URI with a numeric host leads. Throws for a name: test phones ask no DNS unless they are told to. */
export function remoteOf(uri: string, transport: WireTransport): Remote {
  const { host, port, params } = parseUri(uri)
  if (!isIP(host)) throw new Error(`${uri} has no numeric host; give the phone a server or a locator`)
  const wanted = params.text('transport')?.toLowerCase()
  return {
    transport: wanted === 'tcp' || wanted === 'udp' ? wanted : transport,
    address: host,
    port: port ?? 5060,
  }
}

export function hostPort({ address, port }: { address: string; port: number }): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
