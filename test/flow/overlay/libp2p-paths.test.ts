import type { NetworkInterfaceInfo } from 'node:os'
import type { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Libp2pNetwork, type Libp2pNetworkOptions } from '../../../src/drivers/libp2p/libp2p-network.ts'
import { SigningKey } from '../../../src/lib/ed25519.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { eventually } from '../../contract/overlay/overlay-fixture.ts'
import { TcpPath } from '../../support/tcp-path.ts'

const onLoopback = ['/ip4/127.0.0.1/tcp/0']
const soon = () => AbortSignal.timeout(5_000)
const ip4 = (address: string) => ({ address, family: 'IPv4', internal: false }) as NetworkInterfaceInfo

describe('connections of a box to its peers', () => {
  let clock: FakeClock
  let networks: Libp2pNetwork[]
  let heard: string[]

  beforeEach(() => {
    clock = new FakeClock(Date.now())
    networks = []
    heard = []
  })

  afterEach(() => Promise.all(networks.map((network) => network.close())))

  const open = async (options: Partial<Libp2pNetworkOptions> = {}) => {
    const network = new Libp2pNetwork({
      ...{ domain: 'town.example', key: SigningKey.generate(), listen: onLoopback, mdns: false, clock },
      ...options,
    })
    networks.push(network)
    await network.open({
      connected: () => undefined,
      disconnected: (_, isPathLost) => heard.push(isPathLost ? 'path lost' : 'closed'),
      moved: (isOtherNetwork) => heard.push(isOtherNetwork ? 'moved' : 'other addresses'),
      found: () => undefined,
      isMember: () => true,
      request: async (_, message) => message,
      stream: (_, stream) => stream.on('error', () => stream.destroy()).pipe(stream),
    })
    return network
  }
  /** Time passes five times as fast, so that a dial still has its time. */
  const inTime = (fact: () => boolean) =>
    eventually(() => {
      clock.advance(50)
      return fact()
    })
  const kinds = (network: Libp2pNetwork, peer: Libp2pNetwork) =>
    network.paths(peer.self).map(({ relay }) => (relay === undefined ? 'direct' : 'relayed'))
  const asks = async (network: Libp2pNetwork, peer: Libp2pNetwork) =>
    String(await network.request(peer.self, Buffer.from('?'), soon()))

  /** Two boxes that know each other through a relay only, though they could dial each other. */
  const relayed = async () => {
    const [relay, a, b] = [await open(), await open(), await open()]
    for (const box of [a, b]) await box.dial(relay.self, relay.addresses(), soon())
    b.reach.settle({ confirmed: [], relays: [relay.self] })
    const circuits = () => b.addresses().filter((address) => address.includes('p2p-circuit'))
    await eventually(() => circuits().length > 0)
    await a.dial(b.self, circuits(), soon())
    expect(kinds(a, b)).toEqual(['relayed'])
    return { a, b }
  }

  it('a direct path takes the place of a relayed one', async () => {
    const { a, b } = await relayed()
    expect(await asks(a, b)).toBe('?')
    await inTime(() => kinds(a, b).includes('direct') && !kinds(a, b).includes('relayed'))
    expect(await asks(a, b)).toBe('?')
    expect(heard.filter((event) => event !== 'other addresses')).toEqual([])
  })

  it('a relayed connection stays as long as a SIP link is open on it', async () => {
    const { a, b } = await relayed()
    const link = await a.openStream(b.self, soon())
    const echo = new Promise((resolve) => link.once('data', (data) => resolve(String(data))))
    await inTime(() => kinds(a, b).includes('direct'))
    for (let looks = 0; looks < 5; looks++) clock.advance(5_000)
    expect(kinds(a, b)).toContain('relayed')
    link.write('still here')
    expect(await echo).toBe('still here')
    link.destroy()
    await inTime(() => !kinds(a, b).includes('relayed'))
  })

  it('to a peer that fell silent are given up, but for those by which it has come back', async () => {
    const [a, b] = [await open(), await open()]
    await a.dial(b.self, b.addresses(), soon())
    clock.advance(10_000)
    a.drop(b.self, 15_000)
    expect(kinds(a, b)).toEqual(['direct'])
    expect(await asks(a, b)).toBe('?')
    a.drop(b.self, 1_000)
    await eventually(() => kinds(a, b).length === 0)
  })

  it('that the far end closes while something is sent to it are closed, not lost', async () => {
    const [a, b] = [await open(), await open()]
    const path = await TcpPath.to(Number(b.addresses()[0]?.split('/')[4]))
    await a.dial(b.self, [path.multiaddress], soon())
    const links: Duplex[] = []
    for (let count = 0; count < 4; count++) links.push(await a.openStream(b.self, soon()))
    await path.quiet()
    path.close()
    // In one turn of the event loop: what is written first brings a reset back, which the next meets.
    for (const link of links) {
      link.on('error', () => link.destroy()).write('are you there?')
      for (let ticks = 0; ticks < 20; ticks++) await new Promise((resolve) => process.nextTick(resolve))
    }
    await eventually(() => heard.length === 2)
    expect(heard).toEqual(['closed', 'closed'])
  })

  it('are tried when an interface goes, and those that lead nowhere end', async () => {
    let interfaces = { eth0: [ip4('192.0.2.7')], eth1: [ip4('198.51.100.7')] } as Record<
      string,
      NetworkInterfaceInfo[]
    >
    const box = await open({ interfaces: () => interfaces, listen: ['/ip4/0.0.0.0/tcp/0'] })
    const [alive, lost] = [await open(), await open()]
    const path = await TcpPath.to(Number(lost.addresses()[0]?.split('/')[4]))
    await box.dial(alive.self, alive.addresses(), soon())
    await box.dial(lost.self, [path.multiaddress], soon())
    path.cut()
    interfaces = { eth0: [ip4('192.0.2.7')] }
    clock.advance(2_000)
    expect(heard).toEqual(['moved'])
    expect(await asks(box, alive)).toBe('?')
    clock.advance(1_000)
    await eventually(() => heard.includes('path lost'))
    expect(kinds(box, lost)).toEqual([])
    expect(kinds(box, alive)).toEqual(['direct'])
    path.close()
  })

  it('an address of unknown owner that leads to a connected box makes no second connection', async () => {
    const [a, b] = [await open(), await open()]
    await a.dial(b.self, b.addresses(), soon())
    expect(await a.dial(undefined, b.addresses(), soon())).toBe(b.self)
    expect(kinds(a, b)).toEqual(['direct'])
  })

  it('a box that is asked to dial back says which addresses work, and keeps no connection from it', async () => {
    const [a, b] = [await open(), await open()]
    await a.dial(b.self, b.addresses(), soon())
    const [own = ''] = a.addresses()
    const [foreign = ''] = b.addresses()
    expect(
      await b.reach.dialBack(a.self, [own, '/ip4/127.0.0.1/tcp/1', foreign, 'nonsense'], soon()),
    ).toEqual([own])
    await eventually(() => a.paths(b.self).length === 1)
    expect(await asks(a, b)).toBe('?')
  })
})
