import { createHash } from 'node:crypto'
import type { RecordKind } from '../overlay.ts'
import type { PeerId } from '../protocol/peer-id.ts'

/** A place in the overlay's space of 256 bits. */
export type Point = Uint8Array

export interface PlacedPeer {
  readonly peer: PeerId
  readonly point: Point
}

export function pointOfResource(kind: RecordKind, resource: string): Point {
  return createHash('sha256').update(`${kind}\n${resource}`).digest()
}

/**
 * The issuer of its credential has drawn the peer's place, as RELOAD's enrolment server assigns Node-IDs (RFC 6940
 * §11.3): nobody can make keys until one lies beside a record of his choice.
 */
export function placePeer(peer: PeerId, place?: Uint8Array): PlacedPeer {
  return {
    peer,
    point: createHash('sha256')
      .update('peer\n')
      .update(place ?? peer)
      .digest(),
  }
}

/** The `count` peers closest to the point by XOR distance (Kademlia's metric), closest first. */
export function closestPeers(point: Point, peers: readonly PlacedPeer[], count: number): PeerId[] {
  const closest: PlacedPeer[] = []
  for (const candidate of peers) {
    // Few are wanted, so an insertion beats sorting all: this runs for every record when a peer comes or goes.
    let place = closest.length
    for (let before = closest[place - 1]; before && isCloser(candidate, before, point); ) {
      place--
      before = closest[place - 1]
    }
    if (place >= count) continue
    closest.splice(place, 0, candidate)
    if (closest.length > count) closest.pop()
  }
  return closest.map(({ peer }) => peer)
}

function isCloser(a: PlacedPeer, b: PlacedPeer, point: Point): boolean {
  for (let index = 0; index < point.length; index++) {
    const target = point[index] ?? 0
    const distance = ((a.point[index] ?? 0) ^ target) - ((b.point[index] ?? 0) ^ target)
    if (distance !== 0) return distance < 0
  }
  return false
}
