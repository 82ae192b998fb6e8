import { CborMap } from '../../lib/cbor.ts'
import type { PeerId } from '../protocol/peer-id.ts'

export const mostNewsPerMessage = 12
const mostAddresses = 8

/** What boxes pass on to each other. It is hearsay: it makes a box look, dial or ask, and never drop anybody. */
export type PeerNews =
  /** The box's own word of where it is, as of `since` (its clock, milliseconds since the Unix epoch). */
  | {
      readonly what: 'here'
      readonly peer: PeerId
      readonly since: number
      readonly addresses: readonly string[]
    }
  /** Somebody finds the box silent. `id` tells one such finding from another. */
  | { readonly what: 'doubt'; readonly peer: PeerId; readonly id: number }

const kinds: ReadonlySet<string> = new Set<PeerNews['what']>(['here', 'doubt'])

export function hereNews(peer: PeerId, since: number, addresses: readonly string[]): PeerNews {
  return { what: 'here', peer, since, addresses: addresses.slice(0, mostAddresses) }
}

/** Throws `MalformedCbor`. */
export function readPeerNews(item: unknown): PeerNews {
  const fields = new CborMap(item)
  const what = fields.oneOf('what', kinds) as PeerNews['what']
  const peer = fields.text('peer')
  const news: PeerNews =
    what === 'here'
      ? { what, peer, since: fields.count('since'), addresses: fields.texts('addresses', mostAddresses) }
      : { what, peer, id: fields.count('id') }
  fields.end()
  return news
}
