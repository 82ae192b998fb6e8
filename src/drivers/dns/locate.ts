import { isIP } from 'node:net'
import type { Hop, HopQuery, TransportName } from '../../engine/transport/hop.ts'
import type { Finding } from './cached-lookup.ts'
import type { AddressRecord, DnsQuestion, NaptrRecord, SrvRecord } from './dns-record.ts'
import { inSrvOrder } from './srv-order.ts'

export interface LocateOptions {
  /** Transports this box speaks, the preferred first. */
  readonly transports: readonly TransportName[]
  /** Address families, the preferred first (RFC 7984 §4.2). */
  readonly families: readonly ('A' | 'AAAA')[]
  /** 0 ≤ x < 1. */
  readonly random: () => number
}

/** Nothing in the DNS leads to this host. */
export class HostNotFound extends Error {
  constructor(host: string, why: string, cause?: Error) {
    super(`${host} cannot be found: ${why}`, { cause })
    this.name = 'HostNotFound'
  }
}

interface Service {
  readonly transport: TransportName
  /** Name of its SRV records. */
  readonly name: string
}

interface Place {
  readonly transport: TransportName
  readonly target: string
  readonly port: number
}

/** Asks questions together; receives as many findings, in the same order. */
type Asking<Result> = Generator<readonly DnsQuestion[], Result, readonly Finding[]>

const maxServices = 8
const maxPlaces = 16
const maxHops = 32

const naptrTransport: Readonly<Record<string, TransportName>> = {
  'SIP+D2U': 'udp',
  'SIP+D2T': 'tcp',
  'SIPS+D2T': 'tls',
}

const srvPrefix: Partial<Record<TransportName, string>> = {
  udp: '_sip._udp',
  tcp: '_sip._tcp',
  tls: '_sips._tcp',
}

/**
 * RFC 3263 §4: the hops for a SIP URI, in the order they are to be tried. Pure: it yields the questions to ask the DNS
 * and goes on with what was found. Throws HostNotFound, never returns an empty list.
 */
export function* locate(query: HopQuery, options: LocateOptions): Asking<readonly Hop[]> {
  const { host, port } = query
  const known = knownTransport(query)
  const usable = options.transports.filter((transport) => query.scheme === 'sip' || isSecure(transport))
  if (usable.length === 0) throw new HostNotFound(host, 'sips needs TLS, which this box does not offer')
  if (known && !usable.includes(known)) throw new HostNotFound(host, `no ${known} here`)
  const fallback = known ?? (query.scheme === 'sips' ? 'tls' : usable[0]) ?? 'udp'
  if (isIP(host)) {
    const hop = { transport: fallback, address: host, port: port ?? defaultPort(fallback) }
    return [{ ...hop, host: query.name ?? host }]
  }
  const failures: Error[] = []
  const places = port === undefined ? yield* findPlaces(host, known, usable, options, failures) : []
  if (places.length === 0) {
    places.push({ transport: fallback, target: host, port: port ?? defaultPort(fallback) })
  }
  const families = options.families.join(', ')
  const hops = yield* findAddresses(places.slice(0, maxPlaces), query.name ?? host, options, failures)
  if (hops.length === 0) {
    throw new HostNotFound(
      host,
      failures[0]?.message ?? `the DNS has no address for it (${families})`,
      failures[0],
    )
  }
  return hops.slice(0, maxHops)
}

// RFC 3263 §4.1: a transport parameter decides; with sips, TCP means TLS over TCP.
function knownTransport({ scheme, transport }: HopQuery): TransportName | undefined {
  if (scheme === 'sip' || transport === undefined) return transport
  return transport === 'tcp' ? 'tls' : transport === 'ws' ? 'wss' : transport
}

function* findPlaces(
  host: string,
  known: TransportName | undefined,
  usable: readonly TransportName[],
  { random }: LocateOptions,
  failures: Error[],
): Asking<Place[]> {
  let services = known ? servicesBySrv(host, [known]) : yield* servicesByNaptr(host, usable, failures)
  if (services.length === 0) services = servicesBySrv(host, usable)
  const findings = yield services.map(({ name }) => ({ name, type: 'SRV' as const }))
  const places: Place[] = []
  let isRefused = false
  services.forEach(({ transport }, index) => {
    const records = recordsOf<SrvRecord>(findings[index], failures)
    for (const { target, port } of inSrvOrder(records, random)) {
      if (target === '') isRefused = true
      else places.push({ transport, target, port })
    }
  })
  // RFC 3263 §4.2: the addresses of the name itself only where there are no SRV records, and that is not known here.
  const failure = findings.find((finding) => finding.failure)?.failure
  if (failure && places.length === 0) throw new HostNotFound(host, failure.message, failure)
  // RFC 2782: a target of "." says that the service is decidedly not available.
  if (isRefused && places.length === 0)
    throw new HostNotFound(host, 'its SRV records say that it offers no SIP')
  return places
}

function* servicesByNaptr(
  host: string,
  usable: readonly TransportName[],
  failures: Error[],
): Asking<Service[]> {
  const [finding] = yield [{ name: host, type: 'NAPTR' }]
  const forSip = recordsOf<NaptrRecord>(finding, failures)
    .filter(({ flags, services }) => flags === 'S' && /^SIPS?\+/.test(services))
    .sort((a, b) => a.order - b.order || a.preference - b.preference)
  const services: Service[] = []
  for (const { services: offered, replacement } of forSip) {
    const transport = naptrTransport[offered]
    if (transport && usable.includes(transport)) services.push({ transport, name: replacement })
  }
  if (forSip.length > 0 && services.length === 0) {
    const offers = forSip.map((record) => record.services).join(', ')
    throw new HostNotFound(host, `it offers ${offers}, and this box ${usable.join(', ')}`)
  }
  return services.slice(0, maxServices)
}

function servicesBySrv(host: string, transports: readonly TransportName[]): Service[] {
  return transports.flatMap((transport) => {
    const prefix = srvPrefix[transport]
    return prefix ? [{ transport, name: `${prefix}.${host}` }] : []
  })
}

function* findAddresses(
  places: readonly Place[],
  host: string,
  { families }: LocateOptions,
  failures: Error[],
): Asking<Hop[]> {
  const named = places.filter(({ target }) => !isIP(target))
  const names = [...new Set(named.map(({ target }) => target))]
  const questions = names.flatMap((name) => families.map((type) => ({ name, type })))
  const findings = questions.length > 0 ? yield questions : []
  const addresses = new Map<string, string[]>()
  questions.forEach(({ name }, index) => {
    const found = recordsOf<AddressRecord>(findings[index], failures).map(({ address }) => address)
    addresses.set(name, [...(addresses.get(name) ?? []), ...found])
  })
  return places.flatMap(({ transport, target, port }) =>
    (addresses.get(target) ?? (isIP(target) ? [target] : [])).map((address) => ({
      transport,
      address,
      port,
      host,
    })),
  )
}

/** The records found, for certain or not; a failure is told when nothing else leads anywhere. */
function recordsOf<Kind>(finding: Finding | undefined, failures: Error[]): Kind[] {
  if (finding?.failure) failures.push(finding.failure)
  return [...(finding?.records ?? [])] as Kind[]
}

function isSecure(transport: TransportName): boolean {
  return transport === 'tls' || transport === 'wss'
}

function defaultPort(transport: TransportName): number {
  if (transport === 'ws') return 80
  if (transport === 'wss') return 443
  return transport === 'tls' ? 5061 : 5060
}
