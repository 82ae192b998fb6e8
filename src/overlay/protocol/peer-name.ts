import { type PeerId, publicKeyOf } from './peer-id.ts'

/** `<peer-id>.peer.<domain>`: the host under which a peer is reached like any other SIP host. */
export function printPeerName(peerId: PeerId, domain: string): string {
  return `${peerId}.peer.${domain.toLowerCase()}`
}

/** Undefined when the host is not a peer name, of whatever overlay. */
export function parsePeerName(host: string): { peerId: PeerId; domain: string } | undefined {
  const match = /^(k[0-9a-z]+)\.peer\.([^.].*?)\.?$/.exec(host.toLowerCase())
  if (!match?.[1] || !match[2] || !publicKeyOf(match[1])) return undefined
  return { peerId: match[1], domain: match[2] }
}
