import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SigningKey } from '../../../../src/lib/ed25519.ts'
import type { PeerReply, PeerRequest } from '../../../../src/overlay/protocol/peer-message.ts'
import type { TestBox } from '../../../contract/overlay/overlay-fixture.ts'
import { eventually } from '../../../support/within.ts'
import type { RogueBox } from './rogue-box.ts'
import { bytesOf, find, overLibp2p, Town } from './town.ts'

const anna = 'sip:anna@town.example'
const fetchAnna: PeerRequest = { type: 'fetch', kind: 'sip-aor', resource: anna, watch: false }

describe('a flood', () => {
  let town: Town
  let boxes: readonly TestBox[]
  let victim: TestBox
  let good: TestBox

  beforeEach(async () => {
    town = new Town(overLibp2p)
    boxes = await town.fixture.boxes(2)
    ;[victim, good] = boxes as [TestBox, TestBox]
    await good.overlay.store('sip-aor', anna, bytesOf('at good'), 60)
  })

  afterEach(() => town.close())

  /** So many questions under way all the time, until they fail or `enough`. */
  const flood = async (ask: () => Promise<PeerReply>, enough: () => boolean): Promise<PeerReply[]> => {
    const replies: PeerReply[] = []
    const askOn = async () => {
      while (!enough()) replies.push(await ask())
    }
    await Promise.allSettled(Array.from({ length: 200 }, askOn))
    return replies
  }

  const openLink = async (rogue: RogueBox) => {
    const stream = await rogue.network.openStream(victim.network.self, AbortSignal.timeout(3_000))
    return stream.on('error', () => undefined)
  }

  describe('of a stranger', () => {
    it('that says hello over and over is cut off after some tens', async () => {
      const stranger = await town.rogue({}, SigningKey.generate())
      await stranger.knock(victim.network)
      const replies = await flood(
        () => stranger.ask(victim.network.self, stranger.hello()),
        () => false,
      )
      await stranger.untilDropped()
      expect(replies.length).toBeLessThan(32)
      expect(replies.every(({ type }) => type === 'refused')).toBe(true)
      expect(await find(victim, anna)).toEqual(['at good'])
    })

    it('that opens SIP links reaches no SIP engine', async () => {
      const sip = await listening()
      victim.overlay.serveSipAt(sip.point)
      const stranger = await town.rogue({}, SigningKey.generate())
      await stranger.knock(victim.network)
      await Promise.allSettled(Array.from({ length: 300 }, () => openLink(stranger)))
      await stranger.untilDropped()
      expect(sip.accepted.length).toBe(0)
      await sip.close()
    })

    it('of connections that say nothing keeps no box out', async () => {
      const port = Number(/\/tcp\/(\d+)/.exec(victim.network.addresses()[0] ?? '')?.[1])
      const silent = Array.from({ length: 300 }, () =>
        connect(port, '127.0.0.1').on('error', () => undefined),
      )
      await Promise.all(silent.map((socket) => once(socket, 'connect')))
      const late = await town.fixture.box()
      await eventually(
        20_000,
        'a box to join in spite of them',
        () => late.overlay.health().connectedPeers === 2,
      )
      for (const socket of silent) socket.destroy()
    })
  })

  describe('of a member', () => {
    it('of questions leaves the others served as before', async () => {
      const rogue = await town.memberRogue(boxes)
      let isOver = false
      const flooding = flood(
        () => rogue.ask(victim.network.self, fetchAnna),
        () => isOver,
      )
      for (let turn = 0; turn < 20; turn++) {
        const user = `sip:${turn}@town.example`
        await good.overlay.store('sip-aor', user, bytesOf(`${turn}`), 60)
        expect(await find(victim, user)).toEqual([`${turn}`])
      }
      isOver = true
      const replies = await flooding
      expect(replies.length).toBeGreaterThan(20)
      expect(victim.overlay.health().connectedPeers).toBe(2)
    })

    it('of SIP links leaves room for those of others', async () => {
      const sip = await listening()
      victim.overlay.serveSipAt(sip.point)
      const rogue = await town.memberRogue([victim])
      await Promise.allSettled(Array.from({ length: 1_100 }, () => openLink(rogue)))
      expect(sip.accepted.length).toBeLessThanOrEqual(256)
      const before = sip.accepted.length
      const end = await good.overlay.openLink(victim.overlay.peerName)
      const call = connect(end.port, end.address).on('error', () => undefined)
      await eventually(5_000, "the good box's link", () => sip.accepted.length > before)
      call.destroy()
      await sip.close()
    })
  })
})

interface SipEngine {
  readonly point: { readonly sipAddress: string; readonly sipPort: number }
  readonly accepted: Socket[]
  close(): Promise<void>
}

async function listening(): Promise<SipEngine> {
  const accepted: Socket[] = []
  const server: Server = createServer((socket) => accepted.push(socket.on('error', () => undefined)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    point: { sipAddress: '127.0.0.1', sipPort: (server.address() as AddressInfo).port },
    accepted,
    close: async () => {
      for (const socket of accepted) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
