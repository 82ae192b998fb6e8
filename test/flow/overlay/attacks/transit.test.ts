import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PeerNetwork } from '../../../../src/overlay/protocol/peer-network.ts'
import { closing, GatedNetwork, type TestBox } from '../../../contract/overlay/overlay-fixture.ts'
import { eventually, within } from '../../../support/within.ts'
import { MeddlingWire } from './meddling-wire.ts'
import { bytesOf, find, overLibp2p, Town } from './town.ts'

const anna = 'sip:anna@town.example'
const invite = `INVITE ${anna} SIP/2.0\r\nFrom: <sip:bernd@town.example>\r\nContent-Length: 6\r\n\r\nv=0\r\no`

/** A box that says of itself to be elsewhere than it is. */
class SeenElsewhere extends GatedNetwork {
  readonly #addresses: () => readonly string[]

  constructor(network: PeerNetwork, addresses: () => readonly string[]) {
    super(network)
    this.#addresses = addresses
  }

  override addresses(): readonly string[] {
    return this.#addresses()
  }
}

describe('a transit that all bytes between two boxes pass', () => {
  let town: Town
  let wire: MeddlingWire
  let near: TestBox
  let far: TestBox
  let sip: Server
  let callees: Socket[]

  beforeEach(async () => {
    const networks: PeerNetwork[] = []
    wire = new MeddlingWire(() => portOf(networks[0]))
    await wire.start()
    town = new Town(async (key) => {
      const network = await overLibp2p(key)
      const isFar = networks.push(network) === 1
      return new SeenElsewhere(network, () => (isFar ? [wire.address] : []))
    })
    far = await town.fixture.box()
    near = await town.fixture.box()
    await bothConnected()
    callees = []
    sip = createServer((socket) => callees.push(socket.on('error', () => undefined)))
    sip.listen(0, '127.0.0.1')
    await once(sip, 'listening')
    far.overlay.serveSipAt({ sipAddress: '127.0.0.1', sipPort: (sip.address() as AddressInfo).port })
  })

  afterEach(async () => {
    sip.close()
    await town.close()
    wire.stop()
  })

  const bothConnected = () =>
    eventually(15_000, 'the boxes to be connected', () =>
      [near, far].every(({ overlay }) => overlay.health().connectedPeers === 1),
    )
  const call = async (): Promise<Socket> => {
    const { port, address } = await near.overlay.openLink(far.overlay.peerName)
    return connect(port, address).on('error', () => undefined)
  }

  it('and logs them sees no name, no header and no body', async () => {
    await near.overlay.store('sip-aor', anna, bytesOf('contact of anna'), 60)
    const caller = await call()
    caller.write(invite)
    const callee = await eventually(5_000, 'the call to arrive', () => callees[0])
    const [heard] = (await once(callee, 'data')) as [Buffer]
    expect(heard.toString()).toBe(invite)
    const log = Buffer.concat(wire.seen)
    expect(log.length).toBeGreaterThan(2_000)
    for (const secret of ['anna', 'bernd', 'INVITE', 'SIP/2.0', 'v=0', 'town.example', 'credential', 'hello'])
      expect(log.includes(secret), secret).toBe(false)
    caller.destroy()
  })

  it('and alters them breaks the connection; nothing altered arrives, and the boxes connect again', async () => {
    const caller = await call()
    caller.write(invite)
    const callee = await eventually(5_000, 'the call to arrive', () => callees[0])
    const heard: Buffer[] = []
    callee.on('data', (bytes) => heard.push(bytes))
    let altered = 0
    // Nothing else is as long: a second connection that is being set up just then carries no call that would end.
    wire.meddle = (bytes) => {
      if (altered > 0 || bytes.length < 4_000) return bytes
      altered++
      const copy = Buffer.from(bytes)
      copy[50] = (copy[50] ?? 0) ^ 1
      return copy
    }
    const cut = closing(caller)
    const words = invite.repeat(200)
    caller.write(words)
    await within(10_000, 'the call to end', cut)
    expect(altered).toBe(1)
    expect(invite + words).toContain(Buffer.concat(heard).toString())
    await bothConnected()
    await near.overlay.store('sip-aor', anna, bytesOf('at near'), 60)
    expect(await find(far, anna)).toEqual(['at near'])
  })

  it('and drops them in silence is found out, and left when it lets them pass again', async () => {
    let lost = 0
    near.overlay.onPeerChange(() => lost++)
    wire.meddle = () => undefined
    await eventually(20_000, 'the silence to be noticed', () => lost > 0)
    expect(near.overlay.health()).toMatchObject({ state: 'isolated' })
    wire.meddle = (bytes) => bytes
    await bothConnected()
    await far.overlay.store('sip-aor', anna, bytesOf('at far'), 60)
    expect(await find(near, anna)).toEqual(['at far'])
  })
})

function portOf(network: PeerNetwork | undefined): number {
  return Number(/\/tcp\/(\d+)/.exec(network?.addresses()[0] ?? '')?.[1])
}
