import type { SipRequest } from '../message/message.ts'
import { printVia, Via } from '../message/via.ts'
import type { Flow, ListeningPoint } from '../transport/flow.ts'
import { hostPort } from '../transport/host-port.ts'
import { defaultPortOf } from '../transport/transport-name.ts'
import { keepAliveSeconds } from './keep-alive-terms.ts'

/** Notes in the top Via where a request really came from (RFC 3261 §18.2.1, RFC 3581 §4). */
export function stampSource(request: SipRequest, flow: Flow): void {
  const via = request.topVia
  const wantsPort = via.rport !== undefined
  // The zone of a link-local address means nothing to others (RFC 4007 §11.2).
  const address = flow.remoteAddress.replace(/%.*$/, '')
  const isKnown = via.host === address && !via.params.has('received')
  if (!wantsPort && isKnown && !via.params.has('keep')) return
  const params = via.params.clone().set('received', address)
  if (via.params.get('keep') === true && flow.transport !== 'udp')
    params.set('keep', String(keepAliveSeconds))
  if (wantsPort) params.set('rport', String(flow.remotePort))
  request.replaceFirstValue('via', printVia(new Via(via.transport, via.host, via.port, params)))
}

interface ViaPrefix {
  readonly host: string
  readonly text: string
}

const prefixes = new WeakMap<ListeningPoint, ViaPrefix>()

/**
 * The Via value that we put on top of a request (RFC 3261 §18.1.1, with the `rport` of RFC 3581 §3). On a stream of our
 * own it offers keep-alives (RFC 6223), and on one with certificates to take requests too (RFC 5923).
 */
export function ownVia(point: ListeningPoint, branch: string, flow?: Flow): string {
  let prefix = prefixes.get(point)
  if (prefix?.host !== point.advertisedHost) {
    prefix = viaPrefix(point)
    prefixes.set(point, prefix)
  }
  if (!flow?.isOurs) return prefix.text + branch
  return `${prefix.text}${branch}${flow.transport === 'tls' ? ';alias;keep' : ';keep'}`
}

function viaPrefix({ transport, advertisedHost: host, advertisedPort }: ListeningPoint): ViaPrefix {
  const sentBy = hostPort(host, advertisedPort)
  return { host, text: `SIP/2.0/${transport.toUpperCase()} ${sentBy};rport;branch=` }
}

/**
 * Whether a Via names one of our listening points, now or before the machine's address changed: others' responses are not
 * ours to take (RFC 3261 §18.1.2).
 */
export function isOwnVia(via: Via, points: readonly ListeningPoint[]): boolean {
  const port = via.port ?? defaultPortOf(via.transport)
  for (const { advertisedPort, advertisedHost, formerHosts } of points) {
    if (advertisedPort !== port) continue
    if (sameHost(advertisedHost, via.host)) return true
    if (formerHosts?.some((host) => sameHost(host, via.host))) return true
  }
  return false
}

function sameHost(one: string, other: string): boolean {
  return one === other || one.toLowerCase() === other.toLowerCase()
}
