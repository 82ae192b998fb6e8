import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Libp2pNetwork } from '../../../src/drivers/libp2p/libp2p-network.ts'
import { closing, eventually, OverlayFixture, type TestBox } from '../../contract/overlay/overlay-fixture.ts'
import { TcpPath } from '../../support/tcp-path.ts'

/** A box that others reach by the given paths only. */
class DetouredNetwork extends Libp2pNetwork {
  detours: readonly TcpPath[] = []

  override addresses(): readonly string[] {
    return this.detours.map(({ multiaddress }) => multiaddress)
  }

  get port(): number {
    return Number(super.addresses()[0]?.split('/')[4])
  }
}

describe('a box with two uplinks that loses one', () => {
  let fixture: OverlayFixture
  let paths: TcpPath[]
  let sip: Server
  let calls: Socket[]

  beforeEach(async () => {
    paths = []
    calls = []
    sip = createServer((socket) => {
      calls.push(socket)
      socket.on('error', () => socket.destroy())
      socket.pipe(socket)
    })
    sip.listen(0, '127.0.0.1')
    await once(sip, 'listening')
  })

  afterEach(async () => {
    for (const path of paths) path.close()
    await fixture.close()
    sip.close()
  })

  const twoUplinks = async () => {
    const networks: DetouredNetwork[] = []
    fixture = new OverlayFixture(async (key) => {
      const listen = networks.length === 0 ? ['/ip4/127.0.0.1/tcp/0'] : []
      const network = new DetouredNetwork({ domain: 'town.example', key, listen, mdns: false })
      networks.push(network)
      return network
    })
    const far = await fixture.box()
    const [network] = networks as [DetouredNetwork]
    paths = [await TcpPath.to(network.port), await TcpPath.to(network.port)]
    network.detours = paths
    far.overlay.serveSipAt({ sipAddress: '127.0.0.1', sipPort: (sip.address() as AddressInfo).port })
    const near = await fixture.box()
    await eventually(() => [near, far].every(({ overlay }) => overlay.health().connectedPeers === 1))
    const [used, spare] = paths.toSorted((a, b) => b.connections - a.connections) as [TcpPath, TcpPath]
    return { near, far, used, spare }
  }
  const link = async (near: TestBox, far: TestBox) => {
    const end = await near.overlay.openLink(far.overlay.peerName)
    const socket = connect(end.port, end.address)
    socket.on('error', () => socket.destroy())
    return socket
  }
  const echo = async (socket: Socket, text: string) => {
    socket.write(text)
    const [data] = (await once(socket, 'data')) as [Buffer]
    return String(data)
  }

  it('its SIP link ends at once, and what is sent in the gap arrives within five seconds', async () => {
    const { near, far, used, spare } = await twoUplinks()
    const first = await link(near, far)
    expect(await echo(first, 'ringing')).toBe('ringing')
    const cutAt = performance.now()
    used.cut()
    await closing(first)
    const second = await link(near, far)
    expect(await echo(second, 'BYE')).toBe('BYE')
    expect(performance.now() - cutAt).toBeLessThan(5_000)
    expect(spare.connections).toBeGreaterThan(0)
    expect(calls).toHaveLength(2)
    second.destroy()
  })

  it('a box that is gone altogether makes nobody wait', async () => {
    const { near, far } = await twoUplinks()
    const first = await link(near, far)
    expect(await echo(first, 'hello')).toBe('hello')
    await far.network.kill()
    await closing(first)
    const goneAt = performance.now()
    await closing(await link(near, far))
    expect(performance.now() - goneAt).toBeLessThan(2_000)
  })
})
