import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { DialBack } from '../../../src/overlay/membership/dial-back.ts'
import type { ReachFindings } from '../../../src/overlay/membership/network-reach.ts'
import { Reachability } from '../../../src/overlay/membership/reachability.ts'
import type { PeerRequest } from '../../../src/overlay/protocol/peer-message.ts'
import type { PeerPath } from '../../../src/overlay/protocol/peer-network.ts'

const own = '/ip4/192.168.1.10/tcp/4160'
const forwarded = '/ip4/203.0.113.5/tcp/4160'
const settled = () => new Promise((resolve) => setImmediate(resolve))
const out: PeerPath = { address: '/ip4/198.51.100.1/tcp/4160', direction: 'out', relay: undefined }

describe('whether others can dial a box', () => {
  let clock: FakeClock
  let members: Map<string, PeerPath>
  /** What each member says; without an entry it does not answer. */
  let answers: Map<string, readonly string[]>
  let asked: string[]
  let conclusions: ReachFindings[]
  let reachability: Reachability

  beforeEach(() => {
    clock = new FakeClock()
    members = new Map()
    answers = new Map()
    asked = []
    conclusions = []
    const ask = async (peer: string, request: PeerRequest) => {
      asked.push(peer)
      if (request.type !== 'reach') throw new Error(request.type)
      const addresses = answers.get(peer)
      if (!addresses) throw new Error('no answer')
      return { type: 'reached', addresses }
    }
    reachability = new Reachability({
      reach: {
        observed: () => undefined,
        isOwn: (address) => address.includes('192.168.1.10'),
        candidates: (observed) => (observed.includes('203.0.113.5') ? [forwarded, own] : [own]),
        dialBack: async () => [],
        settle: (findings) => conclusions.push(findings),
      },
      pathsTo: (peer) => [members.get(peer) ?? []].flat(),
      members: {
        isMember: (peer) => members.has(peer),
        members: () => [...members.keys()].map((peer) => ({ peer })),
      },
      calls: { ask: ask as never },
      ...{ clock, log: silentLog, random: () => 0 },
    })
    reachability.start()
  })

  const meet = async (peer: string, observed: string, answer?: readonly string[], path = out) => {
    members.set(peer, path)
    if (answer) answers.set(peer, answer)
    reachability.observedBy(peer, observed)
    await settled()
  }
  const behindNat = '/ip4/203.0.113.5/tcp/50123'
  const beside = '/ip4/192.168.1.10/tcp/50123'

  it('one member that cannot is enough to need relays, and is the relay', async () => {
    await meet('neighbour', beside, [own])
    expect(conclusions.at(-1)).toEqual({ confirmed: [own], relays: [] })
    await meet('far', behindNat, [])
    expect(conclusions.at(-1)).toEqual({ confirmed: [own], relays: ['far'] })
  })

  it('a forwarded port becomes an address of the box', async () => {
    await meet('far', behindNat, [forwarded])
    expect(conclusions.at(-1)).toEqual({ confirmed: [forwarded], relays: [] })
  })

  it('an address that nobody asked about is not believed', async () => {
    await meet('liar', behindNat, ['/ip4/192.0.2.66/tcp/1'])
    expect(conclusions.at(-1)).toEqual({ confirmed: [], relays: ['liar'] })
  })

  it('who has dialled this box need not be asked', async () => {
    await meet('far', forwarded, undefined, { ...out, direction: 'in' })
    expect(asked).toEqual([])
    expect(conclusions.at(-1)).toEqual({ confirmed: [forwarded], relays: [] })
  })

  it('three are asked, and whoever stands behind another NAT', async () => {
    for (const peer of ['a', 'b', 'c', 'd']) await meet(peer, beside, [own])
    expect(asked).toEqual(['a', 'b', 'c'])
    await meet('far', behindNat, [])
    await meet('farther', behindNat, [])
    expect(asked).toEqual(['a', 'b', 'c', 'far'])
  })

  it('others are asked when a witness goes or does not answer, and one of them in turn later', async () => {
    await meet('silent', behindNat)
    await meet('far', behindNat, [])
    members.delete('far')
    await meet('other', behindNat, [])
    reachability.peersChanged()
    await settled()
    expect(conclusions.at(-1)).toEqual({ confirmed: [], relays: ['other'] })
    const before = asked.length
    answers.set('silent', [forwarded])
    clock.advance(10_000)
    await settled()
    expect(asked.slice(before)).toEqual(['silent'])
    clock.advance(120_000)
    await settled()
    expect(asked.length).toBeGreaterThan(before + 1)
  })

  it('on another network everybody is asked anew, and the old relays stay until somebody has answered', async () => {
    await meet('far', behindNat, [])
    const before = conclusions.length
    answers.delete('far')
    reachability.moved()
    await settled()
    expect(conclusions).toHaveLength(before)
    answers.set('far', [forwarded])
    clock.advance(10_000)
    await settled()
    expect(conclusions.at(-1)).toEqual({ confirmed: [forwarded], relays: [] })
  })
})

describe('dialling others back', () => {
  const reach = {
    ...{ observed: () => undefined, isOwn: () => false, candidates: () => [], settle: () => undefined },
    dialBack: async (_: string, addresses: readonly string[]) => addresses.slice(0, 1),
  }

  it('says what works, and makes nobody a tool for knocking at doors', async () => {
    const clock = new FakeClock()
    const desk = new DialBack(reach, clock)
    expect(await desk.answer('a', [own, forwarded])).toEqual({ type: 'reached', addresses: [own] })
    expect(await desk.answer('a', [own])).toMatchObject({ type: 'refused', code: 'busy' })
    expect(await desk.answer('b', [own])).toMatchObject({ type: 'reached' })
    clock.advance(5_000)
    expect(await desk.answer('a', [own])).toMatchObject({ type: 'reached' })
  })
})
