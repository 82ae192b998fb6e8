import { describe, expect, it } from 'vitest'
import { closestPeers, placePeer, pointOfResource } from '../../../src/overlay/records/placement.ts'

const peers = Array.from({ length: 40 }, (_, number) => placePeer(`peer-${number}`))

function distance(a: Uint8Array, b: Uint8Array): bigint {
  const bytes = a.map((byte, place) => byte ^ (b[place] ?? 0))
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

describe('placement', () => {
  it('chooses the closest by XOR distance, closest first', () => {
    for (let number = 0; number < 50; number++) {
      const point = pointOfResource('sip-aor', `sip:${number}@town.example`)
      const sorted = peers.toSorted((a, b) => (distance(a.point, point) < distance(b.point, point) ? -1 : 1))
      expect(closestPeers(point, peers, 3)).toEqual(sorted.slice(0, 3).map(({ peer }) => peer))
    }
  })

  it('does not depend on the order of the peers', () => {
    const point = pointOfResource('sip-aor', 'sip:anna@town.example')
    expect(closestPeers(point, peers.toReversed(), 3)).toEqual(closestPeers(point, peers, 3))
  })

  it('takes all when there are too few', () => {
    expect(closestPeers(pointOfResource('service', 'pstn'), peers.slice(0, 2), 3)).toHaveLength(2)
  })

  it('when a peer goes, only its places move', () => {
    for (let number = 0; number < 50; number++) {
      const point = pointOfResource('sip-aor', `sip:${number}@town.example`)
      const before = closestPeers(point, peers, 3)
      const after = closestPeers(point, peers.slice(1), 3)
      expect(before.filter((peer) => peer !== 'peer-0').every((peer) => after.includes(peer))).toBe(true)
    }
  })
})
