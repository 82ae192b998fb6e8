import { describe, expect, it } from 'vitest'
import { topologyOf } from '../../../src/overlay/diagnosis/topology.ts'

const sight = (peer: string, ...sees: string[]) => ({
  ...{ peer, state: 'proven', trouble: undefined },
  sees: sees.map((other) => ({ peer: other, roundTripMs: 5 })),
})
const nameOf = (peer: string) => peer.toUpperCase()

describe('the topology', () => {
  it('names who does not see whom, boxes that this one cannot see among them', () => {
    const boxes = topologyOf([sight('a', 'b', 'c'), sight('b', 'a', 'c', 'd'), sight('c', 'a')], 'a', nameOf)
    expect(boxes.map(({ peerName, isSelf, misses }) => ({ peerName, isSelf, misses }))).toEqual([
      { peerName: 'A', isSelf: true, misses: ['D'] },
      { peerName: 'B', isSelf: false, misses: [] },
      { peerName: 'C', isSelf: false, misses: ['B', 'D'] },
    ])
  })

  it('accuses nobody of blindness who was not heard', () => {
    const silent = { peer: 'b', state: 'unknown', trouble: 'no answer', sees: [] }
    expect(topologyOf([sight('a', 'b'), silent], 'a', nameOf)[1]).toMatchObject({
      trouble: 'no answer',
      misses: [],
    })
  })
})
