import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeCbor } from '../../../../src/lib/cbor.ts'
import { mostNewsPerMessage, type PeerNews } from '../../../../src/overlay/membership/peer-news.ts'
import { type PeerId, peerIdOf } from '../../../../src/overlay/protocol/peer-id.ts'
import { mostPeersPerMessage, noTidings } from '../../../../src/overlay/protocol/peer-message.ts'
import { eventually, type TestBox } from '../../../contract/overlay/overlay-fixture.ts'
import type { RogueBox } from './rogue-box.ts'
import { Town } from './town.ts'

const invented = (): PeerId => peerIdOf(randomBytes(32))
const nowhere = (number: number) => `memory:nobody-${number}`

describe('a member that lies about others', () => {
  let town: Town
  let victim: TestBox
  let good: TestBox
  let liar: RogueBox

  beforeEach(async () => {
    town = new Town()
    ;[victim, good] = (await town.fixture.boxes(2)) as [TestBox, TestBox]
    liar = await town.memberRogue([victim, good])
  })

  afterEach(() => town.close())

  const tell = async (news: readonly PeerNews[]) => {
    for (let start = 0; start < news.length; start += mostNewsPerMessage) {
      const some = news.slice(start, start + mostNewsPerMessage)
      await liar.ask(victim.network.self, { type: 'ping', ...noTidings, news: some })
    }
  }
  const shown = () => victim.overlay.peers().map(({ peerName }) => peerName)

  it('by inventing a thousand boxes fills no list, and keeps no real box out', async () => {
    const boxes = Array.from({ length: mostPeersPerMessage }, () => ({
      ...{ peer: invented(), addresses: [nowhere(1)] },
    }))
    liar.lie = ({ type }) => (type === 'peers' ? { type, peers: boxes } : undefined)
    const since = Date.now()
    await tell(
      Array.from({ length: 1_000 }, (_, number) => ({
        ...{ what: 'here', peer: invented(), since, addresses: [nowhere(number)] },
      })),
    )
    expect(shown().length).toBe(2)
    const late = await town.fixture.box()
    await eventually(() => shown().includes(late.overlay.peerName))
    expect(victim.overlay.health()).toMatchObject({ connectedPeers: 3, knownPeers: 3 })
  })

  it('by placing a real box elsewhere does not part the two: its own word comes first', async () => {
    const since = Date.now() + 3_600_000
    const peer = good.network.self
    await tell(
      Array.from({ length: 24 }, (_, number) => ({
        ...{ what: 'here', peer, since: since + number },
        addresses: Array.from({ length: 8 }, (_unused, other) => nowhere(8 * number + other)),
      })),
    )
    let lost = 0
    victim.overlay.onPeerChange(() => lost++)
    victim.network.drop(peer)
    expect(lost).toBe(1)
    await eventually(() => victim.overlay.health().connectedPeers === 2)
    expect(shown()).toContain(good.overlay.peerName)
  })

  it('by doubting a real box makes others look, and nobody drop it', async () => {
    let changes = 0
    victim.overlay.onPeerChange(() => changes++)
    await tell(Array.from({ length: 100 }, (_, id) => ({ what: 'doubt', peer: good.network.self, id })))
    expect(changes).toBe(0)
    expect(victim.overlay.health().connectedPeers).toBe(2)
  })

  it.each([
    ['a name', { what: 'here', peer: '\u001b[2Jroot', since: 1, addresses: [] }],
    [
      'an address',
      { what: 'here', peer: invented(), since: 1, addresses: ['/ip4/1.2.3.4/\u001b]0;owned\u0007'] },
    ],
    [
      'a reversed address',
      { what: 'here', peer: invented(), since: 1, addresses: ['/dns4/\u202emoc.elpmaxe'] },
    ],
  ])('in %s that would steer a terminal is not understood', async (_, news) => {
    const ping = encodeCbor({ type: 'ping', ...noTidings, news: [news] })
    expect(await liar.askInBytes(victim.network.self, ping)).toMatchObject({ code: 'malformed' })
    expect(shown().length).toBe(2)
  })
})
