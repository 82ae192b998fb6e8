import { EventEmitter } from 'node:events'
import type { NetworkInterfaceInfo } from 'node:os'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LanSearch } from '../../../src/drivers/libp2p/lan-search.ts'
import { SigningKey } from '../../../src/lib/ed25519.ts'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { peerIdOf } from '../../../src/overlay/protocol/peer-id.ts'

interface Packet {
  readonly questions?: unknown[]
  readonly answers?: unknown[]
  readonly additionals?: unknown[]
}

/** One LAN: whoever is on it hears everything, with his own voice too. */
const lan = vi.hoisted(() => ({ voices: [] as EventEmitter[], questions: 0, answers: 0 }))

vi.mock('multicast-dns', () => ({
  default: () => {
    const voice = Object.assign(new EventEmitter(), {
      query: (packet: Packet) => {
        lan.questions++
        for (const other of lan.voices) other.emit('query', packet)
      },
      respond: (packet: Packet) => {
        lan.answers++
        for (const other of lan.voices) other.emit('response', packet)
      },
      destroy: () => lan.voices.splice(lan.voices.indexOf(voice), 1),
    })
    lan.voices.push(voice)
    return voice
  },
}))

const ip4 = (address: string) => ({ address, family: 'IPv4', internal: false }) as NetworkInterfaceInfo

describe('looking for boxes on the LAN', () => {
  let clock: FakeClock
  let searches: LanSearch[]

  beforeEach(() => {
    clock = new FakeClock(1_000_000)
    searches = []
    lan.questions = 0
    lan.answers = 0
  })

  afterEach(() => {
    for (const search of searches) search.stop()
    expect(lan.voices).toEqual([])
  })

  const box = (domain = 'town.example') => {
    const self = peerIdOf(SigningKey.generate().publicKey)
    const state = { found: new Map<string, readonly string[]>(), isAlone: true, eth: [ip4('192.0.2.7')] }
    const search = new LanSearch({
      ...{ domain, self, clock, log: silentLog },
      addresses: () => [`/ip4/192.0.2.7/tcp/4160`],
      isAlone: () => state.isAlone,
      found: (peer, addresses) => state.found.set(peer, addresses),
      interfaces: () => ({ eth0: state.eth }),
    })
    searches.push(search)
    search.start()
    return { self, state, search }
  }

  it('two boxes find each other, and none of another overlay', () => {
    const a = box()
    const foreign = box('other.example')
    clock.advance(1_000)
    const b = box()
    clock.advance(3_000)
    expect([...a.state.found]).toEqual([[b.self, ['/ip4/192.0.2.7/tcp/4160']]])
    expect([...b.state.found.keys()]).toEqual([a.self])
    expect(foreign.state.found.size).toBe(0)
  })

  it('asks often while alone, and hardly ever in company', () => {
    const { state } = box()
    clock.advance(3_000)
    expect(lan.questions).toBe(3)
    clock.advance(60_000)
    expect(lan.questions).toBe(9)
    state.isAlone = false
    clock.advance(10_000)
    lan.questions = 0
    clock.advance(3_600_000)
    expect(lan.questions).toBe(6)
  })

  it('answers once a second at most, however often it is asked', () => {
    box()
    const [voice] = lan.voices
    const asked = question(voice)
    const before = lan.answers
    clock.advance(1_000)
    for (let times = 0; times < 50; times++) voice?.emit('query', asked)
    expect(lan.answers - before).toBe(1)
  })

  it('speaks on interfaces as they come and go', () => {
    const { state, search } = box()
    state.eth = [ip4('192.0.2.7'), ip4('198.51.100.7')]
    search.look()
    expect(lan.voices).toHaveLength(2)
    state.eth = []
    search.look()
    expect(lan.voices).toHaveLength(0)
  })

  it('names that are no peer id are not believed', () => {
    const { state } = box()
    const service = (question(lan.voices[0]).questions as { name: string }[])[0]?.name
    const name = `nobody.${service}`
    for (const voice of lan.voices)
      voice.emit('response', { answers: [{ type: 'TXT', name, data: ['addr=/ip4/192.0.2.66/tcp/1'] }] })
    expect(state.found.size).toBe(0)
  })

  /** What the box asked first. */
  function question(voice: EventEmitter | undefined): Packet {
    let heard: Packet = {}
    voice?.once('query', (packet: Packet) => {
      heard = packet
    })
    clock.advance(10_000)
    return heard
  }
})
