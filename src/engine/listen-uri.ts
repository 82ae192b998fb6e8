import { isIP } from 'node:net'
import type { TransportName } from './transport/hop.ts'
import type { ListenSpec } from './transport/listen-spec.ts'
import { defaultPortOf, isSecure, transportNames } from './transport/transport-name.ts'

/** A listening address that cannot be understood. */
export class ListenUriError extends Error {
  override readonly name = 'ListenUriError'

  constructor(uri: string, reason: string) {
    super(`${uri}: ${reason}`)
  }
}

const form =
  /^(?<scheme>sips?):(?<host>\[[0-9a-f:.]+\]|[0-9.]+|\*)(?::(?<port>\d{1,5}))?(?<params>(?:;[a-z-]+=[^;]+)*)$/i

/**
 * Reads where to listen, as drachtio-server writes it: `sip:192.0.2.1:5060;transport=udp,tcp;external-ip=198.51.100.1`.
 * `*` is every IPv4 address; without `transport` UDP and TCP are meant, with `sips` TLS; without a port each has its
 * own; `external-ip` may end in `:port`. What is secure still lacks its certificate. Throws ListenUriError.
 */
export function readListenUri(uri: string): ListenSpec[] {
  const groups = form.exec(uri.trim())?.groups
  if (!groups)
    throw new ListenUriError(uri, 'expected sip:<address>[:port][;transport=udp,tcp][;external-ip=…]')
  const params = readParams(uri, groups.params ?? '')
  const host = (groups.host ?? '').replace(/^\[|\]$/g, '')
  const address = host === '*' ? '0.0.0.0' : host
  if (isIP(address) === 0) throw new ListenUriError(uri, `${host} is not an address`)
  const port = groups.port === undefined ? undefined : Number(groups.port)
  if (port !== undefined && port > 65535) throw new ListenUriError(uri, `${port} is not a port`)
  const external = params.get('external-ip')
  const isSips = groups.scheme?.toLowerCase() === 'sips'
  const names = (params.get('transport') ?? (isSips ? 'tls' : 'udp,tcp')).toLowerCase().split(',')
  const transports = names.map((name) => readTransport(uri, name))
  const insecure = transports.find((transport) => !isSecure(transport))
  if (isSips && insecure) throw new ListenUriError(uri, `${insecure} is not secure: write sip:`)
  if (port && transports.filter((transport) => transport !== 'udp').length > 1)
    throw new ListenUriError(uri, 'only one of tcp, tls, ws, wss can have a port: write one address for each')
  return transports.map((transport) => ({
    transport,
    address,
    port: port ?? defaultPortOf(transport),
    ...(external === undefined ? {} : readExternal(uri, external)),
  }))
}

function readParams(uri: string, text: string): Map<string, string> {
  const params = new Map<string, string>()
  for (const part of text.split(';').slice(1)) {
    const [name = '', value = ''] = part.split('=')
    const key = name.toLowerCase()
    if (key !== 'transport' && key !== 'external-ip')
      throw new ListenUriError(uri, `unknown parameter ${name}`)
    params.set(key, value)
  }
  return params
}

function readTransport(uri: string, name: string): TransportName {
  const found = transportNames.find((transport) => transport === name)
  if (found) return found
  throw new ListenUriError(uri, `transport ${name} is not one of ${transportNames.join(', ')}`)
}

function readExternal(uri: string, text: string): { advertisedHost: string; advertisedPort?: number } {
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]]+|[0-9a-f:]+:[0-9a-f:]+)(?::(\d{1,5}))?$/i.exec(text)
  if (!match?.[1]) throw new ListenUriError(uri, `external-ip ${text} is not a host`)
  const advertisedHost = match[1].replace(/^\[|\]$/g, '')
  return match[2] === undefined ? { advertisedHost } : { advertisedHost, advertisedPort: Number(match[2]) }
}
