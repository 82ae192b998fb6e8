import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type MemoryBox,
  type MemoryBoxOptions,
  MemoryOverlays,
} from '../../../src/drivers/memory-overlay/memory-overlay.ts'
import { SigningKey } from '../../../src/lib/ed25519.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { peerIdOf } from '../../../src/overlay/protocol/peer-id.ts'
import { encodeMessage, noTidings } from '../../../src/overlay/protocol/peer-message.ts'
import { now } from './some-records.ts'

const text = (value: string) => new TextEncoder().encode(value)

// Minutes of many boxes on one slow core take their time; nothing here is judged by it.
describe('membership', { timeout: 60_000 }, () => {
  let clock: FakeClock
  let overlays: MemoryOverlays
  let boxes: MemoryBox[]
  /** Pairs of peer ids between which nothing passes. */
  let isCut: (a: string, b: string) => boolean

  beforeEach(() => {
    clock = new FakeClock(now)
    overlays = new MemoryOverlays('town.example')
    boxes = []
    isCut = () => false
  })

  afterEach(async () => {
    isCut = () => false
    await Promise.all(boxes.map(({ overlay }) => overlay.stop()))
  })

  const pass = async (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 50) {
      clock.advance(50)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const box = async (options: MemoryBoxOptions = {}) => {
    const made = overlays.box({ clock, ...options })
    boxes.push(made)
    const { port } = made
    const dial = port.dial.bind(port)
    const request = port.request.bind(port)
    port.dial = (peer, addresses, signal) => {
      const open = addresses.filter((address) => !isCut(port.self, address.slice('memory:'.length)))
      return dial(peer, open, signal)
    }
    port.request = (peer, message, signal) =>
      isCut(port.self, peer)
        ? new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        : request(peer, message, signal)
    await made.overlay.start()
    await pass(1_000)
    return made
  }
  const connected = () => boxes.map(({ overlay }) => overlay.health().connectedPeers)

  it('an overlay that was cut in two for five minutes is whole within twenty seconds', async () => {
    for (let made = 0; made < 6; made++) await box()
    expect(connected()).toEqual([5, 5, 5, 5, 5, 5])
    const side = (peer: string) => boxes.findIndex(({ port }) => port.self === peer) % 2
    isCut = (a, b) => side(a) !== side(b)
    await pass(10_000)
    expect(connected()).toEqual([2, 2, 2, 2, 2, 2])
    await pass(290_000)
    isCut = () => false
    await pass(20_000)
    expect(connected()).toEqual([5, 5, 5, 5, 5, 5])
  })

  it('two groups that came up apart meet when there is a way between their seeds', async () => {
    isCut = (a, b) => [a, b].some((peer) => peer === boxes[0]?.port.self)
    await box()
    for (let made = 0; made < 2; made++) await box()
    expect(connected()).toEqual([0, 1, 1])
    isCut = () => false
    await pass(80_000)
    expect(connected()).toEqual([2, 2, 2])
  })

  it('a box that lost all others is isolated within thirty seconds, and says so', async () => {
    for (let made = 0; made < 4; made++) await box()
    const lonely = boxes[0] as MemoryBox
    isCut = (a, b) => a === lonely.port.self || b === lonely.port.self
    await pass(30_000)
    expect(lonely.overlay.health()).toMatchObject({ state: 'isolated', connectedPeers: 0, knownPeers: 3 })
  })

  it("a box's new address is known to the others within seconds", async () => {
    for (let made = 0; made < 5; made++) await box()
    const moved = boxes[2] as MemoryBox
    moved.port.addresses = () => [`memory:${moved.port.self}`, 'memory:elsewhere']
    await pass(6_000)
    for (const { overlay } of boxes.filter((other) => other !== moved)) {
      const peer = overlay.peers().find(({ peerName }) => peerName === moved.overlay.peerName)
      expect(peer?.addresses).toContain('memory:elsewhere')
    }
  })

  it('a client stores nothing for others, and its own records are kept by peers', async () => {
    for (let made = 0; made < 3; made++) await box()
    const client = await box({ roles: ['client'] })
    const [peer] = boxes as [MemoryBox]
    expect(client.overlay.health()).toMatchObject({
      role: 'client',
      roleReason: 'its credential makes it a client',
    })
    const own = await client.overlay.store('sip-aor', 'sip:anna@town.example', text('here'), 60)
    expect(own.holders).not.toContain(client.overlay.peerName)
    expect(own.holders).toHaveLength(3)
    const others = await peer.overlay.store('sip-aor', 'sip:bert@town.example', text('there'), 60)
    expect(others.holders).not.toContain(client.overlay.peerName)
    const found = await peer.overlay.fetch('sip-aor', 'sip:anna@town.example', AbortSignal.timeout(2_000))
    expect(found).toHaveLength(1)
  })

  it('a box that others reach only through a third one becomes a client by itself, and all are told', async () => {
    for (let made = 0; made < 4; made++) await box()
    const remote = await box({ role: 'auto' })
    expect(remote.overlay.health().role).toBe('peer')
    Object.assign(remote.port, { reachability: () => 'relayed' })
    for (let waited = 0; remote.overlay.health().role === 'peer' && waited < 300; waited++) await pass(2_000)
    expect(remote.overlay.health()).toMatchObject({
      role: 'client',
      roleReason: expect.stringContaining('third one'),
    })
    await pass(1_000)
    for (const [number, { overlay }] of boxes.slice(0, 4).entries()) {
      const { holders } = await overlay.store('sip-aor', `sip:${number}@town.example`, text('x'), 60)
      expect(holders).not.toContain(remote.overlay.peerName)
    }
    // With two others left for three copies, it takes its share again.
    await boxes[0]?.overlay.stop()
    await boxes[1]?.overlay.stop()
    await pass(3_000)
    expect(remote.overlay.health().role).toBe('peer')
  })

  it('boxes that a member invents are dialled for a while, sparsely, and forgotten', async () => {
    const [liar, victim] = [await box(), await box()]
    let dials = 0
    const dial = victim.port.dial.bind(victim.port)
    victim.port.dial = (...words) => {
      dials++
      return dial(...words)
    }
    const invented = Array.from({ length: 12 }, () => ({
      ...{ what: 'here' as const, peer: peerIdOf(SigningKey.generate().publicKey), since: now },
      addresses: ['memory:nowhere'],
    }))
    const ping = { type: 'ping' as const, ...noTidings, news: invented }
    const signal = AbortSignal.timeout(4_000)
    await liar.port.request(victim.port.self, encodeMessage(ping), signal)
    await pass(60_000)
    expect(dials).toBeGreaterThanOrEqual(12)
    expect(dials).toBeLessThanOrEqual(12 * 8)
    expect(victim.overlay.health().knownPeers).toBe(1)
    await pass(600_000)
    dials = 0
    await pass(120_000)
    expect(dials).toBe(0)
  })

  it('two boxes that were apart for five minutes meet again within the pause of ten seconds', async () => {
    await box()
    await box()
    isCut = () => true
    await pass(300_000)
    expect(connected()).toEqual([0, 0])
    isCut = () => false
    await pass(13_000)
    expect(connected()).toEqual([1, 1])
  })

  it('whoever is connected to all dials nobody', async () => {
    for (let made = 0; made < 4; made++) await box()
    await pass(15_000)
    let dials = 0
    for (const { port } of boxes) {
      const dial = port.dial.bind(port)
      port.dial = (...words) => {
        dials++
        return dial(...words)
      }
    }
    await pass(180_000)
    expect(dials).toBe(0)
  })

  it('a lost peer is dialled again at once, and not over and over', async () => {
    const [a, b] = [await box(), await box()]
    let dials = 0
    const dial = b.port.dial.bind(b.port)
    b.port.dial = (...words) => {
      dials++
      return dial(...words)
    }
    a.port.drop(b.port.self)
    await pass(400)
    expect(connected()).toEqual([1, 1])
    await a.overlay.stop()
    dials = 0
    await pass(60_000)
    expect(dials).toBeGreaterThan(8)
    expect(dials).toBeLessThan(30)
  })
})
