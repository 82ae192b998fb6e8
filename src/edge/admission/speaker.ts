import { type Aor, aor, parseAor } from '../../domain/aor.ts'
import type { SipSource } from '../../domain/sip.ts'
import { parseDialledUri } from '../../domain/sip-uri.ts'

/** Who is speaking, as far as the network shows it; a phone's claim is still to be proven. */
export type Speaker =
  | { readonly kind: 'peer'; readonly peerName: string }
  | { readonly kind: 'pbx'; readonly name: string }
  | { readonly kind: 'trunk'; readonly name: string }
  | { readonly kind: 'phone'; readonly claimed: Aor; readonly pbxDomain: string | undefined }
  | { readonly kind: 'public'; readonly address: string }

/** What the box knows of its neighbours. */
export interface Neighbourhood {
  /** The authenticated peer behind an overlay link, by the port of the link's loopback connection. */
  peerOfLink(port: number): string | undefined
  pbxOf(source: SipSource): string | undefined
  trunkOf(source: SipSource, requestUri: string): string | undefined
  /** The domain of ours that the host in a user's name stands for, those of our PBXs included. */
  homeDomain(name: Aor): string | undefined
  isPbxDomain(domain: string): boolean
  /** The user whose phone registered from there. */
  userAt(source: SipSource): string | undefined
}

export interface Utterance {
  readonly source: SipSource
  readonly uri: string
  /** From URI. */
  readonly from: string
}

/** Names the neighbour that a request comes from; the surest evidence first. */
export function recogniseSpeaker({ source, uri, from }: Utterance, known: Neighbourhood): Speaker {
  const peerName = isLoopback(source.address) ? known.peerOfLink(source.port) : undefined
  if (peerName !== undefined) return { kind: 'peer', peerName }
  const pbx = known.pbxOf(source)
  if (pbx !== undefined) return { kind: 'pbx', name: pbx }
  const trunk = known.trunkOf(source, uri)
  if (trunk !== undefined) return { kind: 'trunk', name: trunk }
  const claimed = ourUser(from, known) ?? userOf(known.userAt(source))
  if (!claimed) return { kind: 'public', address: source.address }
  const pbxDomain = known.isPbxDomain(claimed.domain) ? claimed.domain : undefined
  return { kind: 'phone', claimed, pbxDomain }
}

export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}

function ourUser(from: string, known: Neighbourhood): Aor | undefined {
  const uri = parseDialledUri(from)
  if (!uri || uri.scheme === 'tel') return undefined
  const domain = known.homeDomain(aor(uri.user, uri.host))
  return domain === undefined ? undefined : aor(uri.user, domain)
}

function userOf(text: string | undefined): Aor | undefined {
  return text === undefined ? undefined : parseAor(text)
}
