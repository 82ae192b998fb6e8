import { isIP, isIPv6, SocketAddress } from 'node:net'
import type { SipSource } from '../domain/sip.ts'
import { parseHostPort } from '../domain/sip-uri.ts'
import type { Clock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import type { SipTrunk } from './sip-trunk.ts'
import { type AddressLookUp, SourceList, surenessOf } from './source-list.ts'

type Provider = Pick<SipTrunk, 'entry' | 'address' | 'hops'>
type HostPort = { readonly host: string; readonly port: number | undefined }

const usualPort = 5060

/** Where the providers of trunks are, by every name and address of theirs: what is sent there may cost money. */
export class ProviderHosts {
  readonly #providers: readonly Provider[]
  readonly #named: readonly HostPort[]
  readonly #found: SourceList

  constructor(providers: readonly Provider[], addresses: AddressLookUp, clock: Clock) {
    this.#providers = providers
    this.#named = providers.flatMap(({ entry, address }) => [
      ...written(entry).map(parseHostPort),
      { host: address.domain, port: address.port },
    ])
    // Names that are not found are told by who calls there and by who lets calls in.
    const sources = new Set(providers.flatMap(({ entry }) => written(entry)))
    this.#found = new SourceList([...sources], addresses, clock, silentLog)
  }

  start(): void {
    this.#found.start()
  }

  stop(): void {
    this.#found.stop()
  }

  /** IPv6 with or without brackets. The port counts on loopback only, where it alone tells hosts apart. */
  has(host: string, port = usualPort): boolean {
    const asked = bareHost(host)
    return this.#named.some((known) => isSame(known, asked, port)) || this.#isFound(asked, port)
  }

  #isFound(address: string, port: number): boolean {
    if (!isIP(address)) return false
    const source: SipSource = { transport: 'udp', address, port }
    const hops = this.#providers.flatMap((provider) => provider.hops)
    return this.#found.match(source) > 0 || hops.some((hop) => surenessOf(hop, source) > 0)
  }
}

function written({ server, outboundProxy, acceptFrom }: Provider['entry']): readonly string[] {
  return [server, ...(outboundProxy === undefined ? [] : [outboundProxy]), ...acceptFrom]
}

function isSame(known: HostPort, host: string, port: number): boolean {
  if (bareHost(known.host) !== host) return false
  return !isLoopback(host) || (known.port ?? usualPort) === port
}

/** One text for one host, however it was written: `provider.example.`, `[2001:DB8::0:20]`, `[::ffff:192.0.2.20]`. */
function bareHost(host: string): string {
  const bare = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
  if (!isIPv6(bare)) return bare
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' })
  return address.replace(/^::ffff:(?=\d+\.)/, '')
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.startsWith('127.') || host === '::1'
}
