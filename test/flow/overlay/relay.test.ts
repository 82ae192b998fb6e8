import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { AbstractMessageStream } from '@libp2p/utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Libp2pNetwork } from '../../../src/drivers/libp2p/libp2p-network.ts'
import type { CausewayNode, createNode, NodeOptions } from '../../../src/drivers/libp2p/libp2p-node.ts'
import { toLibp2p } from '../../../src/drivers/libp2p/libp2p-peer.ts'
import { SigningKey } from '../../../src/lib/ed25519.ts'
import { peerIdOf } from '../../../src/overlay/protocol/peer-id.ts'
import {
  allConnected,
  eventually,
  OverlayFixture,
  type TestBox,
} from '../../contract/overlay/overlay-fixture.ts'

const onLoopback = ['/ip4/127.0.0.1/tcp/0']
const nodes = vi.hoisted(() => new Map<string, unknown>())

vi.mock('../../../src/drivers/libp2p/libp2p-node.ts', async (original) => {
  const real = (await original()) as { createNode: typeof createNode }
  return {
    ...real,
    createNode: async (options: NodeOptions) => {
      const node = await real.createNode(options)
      nodes.set(peerIdOf(options.key.publicKey), node)
      return node
    },
  }
})

/** Boxes that listen nowhere stand for boxes behind NATs: nobody can dial them. */
describe('boxes that nobody can dial', () => {
  let listen: readonly string[]
  let fixture: OverlayFixture

  beforeEach(() => {
    listen = onLoopback
    fixture = new OverlayFixture(
      async (key) => new Libp2pNetwork({ domain: 'town.example', key, listen, mdns: false }),
    )
  })

  afterEach(() => fixture.close())

  const open = () => {
    listen = onLoopback
    return fixture.box()
  }
  const closed = () => {
    listen = []
    return fixture.box()
  }
  const relayBetween = (one: TestBox, other: TestBox) => one.network.paths(other.network.self)[0]?.relay

  it('ask two members to relay for them, and are connected to each other by these', async () => {
    const relays = [await open(), await open(), await open()]
    const a = await closed()
    await eventually(() => a.network.addresses().length === 2)
    expect(a.network.reachability()).toBe('relayed')
    const b = await closed()
    await allConnected([...relays, a, b])
    expect(relays.map((relay) => relay.network.self)).toContain(relayBetween(a, b))
    await a.overlay.store('sip-aor', 'sip:anna@town.example', Buffer.from('at a'), 60)
    const found = await b.overlay.fetch('sip-aor', 'sip:anna@town.example', AbortSignal.timeout(5_000))
    expect(found).toMatchObject([{ signer: a.overlay.peerName }])
  })

  it('find another relay when one goes, and each other again', async () => {
    const relays = [await open(), await open(), await open()] as [TestBox, TestBox, TestBox]
    const a = await closed()
    const b = await closed()
    await allConnected([...relays, a, b])
    const used = relayBetween(a, b)
    const [gone] = relays.filter((relay) => relay.network.self === used) as [TestBox]
    const left = relays.filter((relay) => relay !== gone)
    await gone.network.kill()
    await eventually(() => left.some((relay) => relay.network.self === relayBetween(a, b)))
    const names = (box: TestBox) => box.network.addresses().join()
    await eventually(() =>
      [a, b].every((box) =>
        left.every((relay) => names(box).includes(toLibp2p(relay.network.self).toString())),
      ),
    )
  })

  it('are relayed for as members only', async () => {
    const relay = await open()
    const a = await closed()
    await eventually(() => a.network.addresses().length === 1)
    const [circuit = ''] = a.network.addresses()
    const stranger = new Libp2pNetwork({
      ...{ domain: 'town.example', key: SigningKey.generate(), listen: [], mdns: false },
    })
    const silent = () => new Promise<never>(() => undefined)
    const nothing = () => undefined
    await stranger.open({
      ...{ connected: nothing, disconnected: nothing, found: nothing, request: silent },
      stream: (_, stream) => stream.destroy(),
    })
    try {
      await stranger.dial(relay.network.self, relay.network.addresses(), AbortSignal.timeout(3_000))
      await expect(stranger.dial(a.network.self, [circuit], AbortSignal.timeout(3_000))).rejects.toThrow(
        /status|PERMISSION/i,
      )
    } finally {
      await stranger.close()
    }
  })
})

describe('a relay', () => {
  let listen: readonly string[]
  let fixture: OverlayFixture
  let sip: Server
  let arrived: Promise<Socket>

  beforeEach(async () => {
    fixture = new OverlayFixture(
      async (key) => new Libp2pNetwork({ domain: 'town.example', key, listen, mdns: false }),
    )
    arrived = new Promise((resolve) => {
      sip = createServer(resolve)
    })
    sip.listen(0, '127.0.0.1')
    await once(sip, 'listening')
  })

  afterEach(async () => {
    vi.restoreAllMocks()
    await fixture.close()
    sip.close()
  })

  it('sees of a call that passes through it who speaks with whom, and no address, header or body', async () => {
    listen = onLoopback
    const relay = await fixture.box()
    const passing = bytesForwardedBy(nodes.get(relay.network.self) as CausewayNode)
    listen = []
    const [a, b] = [await fixture.box(), await fixture.box()]
    await allConnected([relay, a, b])
    b.overlay.serveSipAt({ sipAddress: '127.0.0.1', sipPort: (sip.address() as AddressInfo).port })
    const end = await a.overlay.openLink(b.overlay.peerName)
    const before = passing().length
    const near = connect(end.port, end.address)
    const body = `v=0\r\no=anna 1 1 IN IP4 192.0.2.7\r\ns=${'secret '.repeat(40)}\r\n`
    const invite =
      `INVITE sip:bert@town.example SIP/2.0\r\nFrom: <sip:anna@town.example>;tag=1\r\nTo: <sip:bert@town.example>\r\n` +
      `Call-ID: 4711@town.example\r\nCSeq: 1 INVITE\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    near.write(invite)
    const far = await arrived
    expect(await received(far, invite.length)).toBe(invite)
    far.write('SIP/2.0 486 Busy Here\r\n\r\n')
    expect(await received(near, 25)).toContain('486')
    const seen = passing()
    // What it does see shows that the ear is at the right place.
    expect(seen.length - before).toBeGreaterThan(invite.length)
    expect(seen.includes(Buffer.from(toLibp2p(a.network.self).toMultihash().bytes))).toBe(true)
    for (const secret of ['INVITE', 'sip:', 'anna', 'bert', 'town.example', '4711', 'v=0', 'secret', 'Busy'])
      expect(seen.includes(secret), secret).toBe(false)
    near.destroy()
  })
})

/** Everything that a box sends on the streams of the relay protocol: what it takes from one box for another. */
function bytesForwardedBy(node: CausewayNode): () => Buffer {
  const sent: Uint8Array[] = []
  const send = AbstractMessageStream.prototype.send
  vi.spyOn(AbstractMessageStream.prototype, 'send').mockImplementation(function (
    this: AbstractMessageStream,
    data: Parameters<typeof send>[0],
  ) {
    const carrying = node.getConnections().flatMap(({ streams }) => streams)
    const stream = carrying.find((one) => (one as unknown) === this)
    if (stream?.protocol.startsWith('/libp2p/circuit/relay/')) sent.push(data.slice())
    return send.call(this, data)
  })
  return () => Buffer.concat(sent)
}

async function received(socket: Socket, length: number): Promise<string> {
  let text = ''
  for await (const part of socket.iterator({ destroyOnReturn: false })) {
    text += String(part)
    if (text.length >= length) break
  }
  return text
}
