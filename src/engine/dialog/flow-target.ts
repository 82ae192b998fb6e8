import { isIP } from 'node:net'
import { isPrivate } from '../../lib/private-address.ts'
import { SipParseError } from '../message/sip-parse-error.ts'
import { parseUri, type SipUri } from '../message/uri.ts'
import type { Flow } from '../transport/flow.ts'
import type { TransportName } from '../transport/hop.ts'
import { hostPort } from '../transport/host-port.ts'

/**
 * The URI of the flow that a dialog's requests go by when the far end's Contact leads nowhere from here: browsers, TLS
 * phones, phones behind NAT, and those that ask for it (`ob`, RFC 5626 §4.3). Undefined when the Contact itself will do.
 */
export function flowTargetFor(contact: string, flow: Flow): string | undefined {
  const uri = readSipUri(contact)
  if (!uri || !needsFlow(uri, flow)) return undefined
  return flowUri(flow.transport, flow.remoteAddress, flow.remotePort)
}

/** Names the far end of a flow: never to be dialled. */
export function flowUri(transport: TransportName, address: string, port: number): string {
  return `sip:${hostPort(address, port)};transport=${transport};ob`
}

function needsFlow(uri: SipUri, flow: Flow): boolean {
  // RFC 3986 has no place for the zone of a link-local address.
  if (isIP(flow.remoteAddress) === 0 || flow.remoteAddress.includes('%')) return false
  if (uri.params.has('ob') || uri.host.endsWith('.invalid')) return true
  switch (flow.transport) {
    case 'ws':
    case 'wss':
      return true
    case 'tls':
      // Nobody has a certificate for the address of a phone.
      return flow.isOpen && isIP(uri.host) > 0
    default:
      return isPrivate(uri.host) && !isPrivate(flow.remoteAddress)
  }
}

function readSipUri(text: string): SipUri | undefined {
  try {
    return parseUri(text)
  } catch (error) {
    if (error instanceof SipParseError) return undefined
    throw error
  }
}
