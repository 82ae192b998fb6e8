import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { PeerTable } from '../../../src/overlay/membership/peer-table.ts'
import { RememberedPeers } from '../../../src/overlay/membership/remembered-peers.ts'
import type { PeerAddress } from '../../../src/overlay/protocol/peer-message.ts'

describe('remembered peers', () => {
  let clock: FakeClock
  let table: PeerTable
  let written: (readonly PeerAddress[])[]
  let remembered: RememberedPeers

  beforeEach(() => {
    clock = new FakeClock()
    table = new PeerTable('self')
    written = []
    const memory = {
      recall: () => [{ peer: 'old', addresses: ['there'] }],
      remember: (peers: readonly PeerAddress[]) => written.push(peers),
    }
    remembered = new RememberedPeers(table, memory, clock)
  })

  const meet = (peer: string) => {
    table.learn(peer, [`at ${peer}`], 'inbound', 0)
    table.setState(peer, 'member', 0)
    remembered.changed()
  }

  it('many that come at once are written once, the connected ones first', () => {
    remembered.recall()
    for (const peer of ['a', 'b', 'c']) meet(peer)
    expect(written).toEqual([])
    clock.advance(1_000)
    expect(written.map((peers) => peers.map(({ peer }) => peer))).toEqual([['a', 'b', 'c', 'old']])
    clock.advance(60_000)
    expect(written).toHaveLength(1)
  })

  it('what waits is written when the box stops', () => {
    meet('a')
    remembered.stop()
    remembered.stop()
    expect(written).toEqual([[{ peer: 'a', addresses: ['at a'] }]])
  })

  it('strangers and hearsay are not remembered', () => {
    table.learn('stranger', ['x'], 'inbound', 0)
    table.learn('rumour', ['y'], 'peer', 0)
    meet('a')
    clock.advance(1_000)
    expect(written[0]?.map(({ peer }) => peer)).toEqual(['a'])
  })
})
