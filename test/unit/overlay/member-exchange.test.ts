import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { silentLog } from '../../../src/lib/log.ts'
import { MemberExchange } from '../../../src/overlay/membership/member-exchange.ts'
import { PeerTable } from '../../../src/overlay/membership/peer-table.ts'
import type { PeerReply, PeerRequest } from '../../../src/overlay/protocol/peer-message.ts'

const settle = () => new Promise((resolve) => setImmediate(resolve))

interface Side {
  readonly table: PeerTable
  readonly exchange: MemberExchange
  readonly hurried: string[]
}

describe('the exchange of members', () => {
  const clock = new FakeClock(1_000_000)
  let asked: PeerRequest[]
  let newcomer: Side
  let elder: Side

  const side = (self: string, other: () => Side): Side => {
    const table = new PeerTable(self)
    const hurried: string[] = []
    const ask = async (_: string, request: PeerRequest): Promise<PeerReply> => {
      asked.push(request)
      if (request.type !== 'peers') throw new Error(request.type)
      return { type: 'peers', peers: other().exchange.page(self, request.digest, request.after) }
    }
    const exchange = new MemberExchange({
      ...{ self, table, clock, log: silentLog },
      calls: { ask: ask as never },
      random: () => 0.5,
      hurry: (peer) => hurried.push(peer),
    })
    return { table, exchange, hurried }
  }
  const connect = ({ table }: Side, peer: string) => {
    table.learn(peer, [`at ${peer}`], 'inbound', clock.now())
    table.setState(peer, 'member', clock.now())
  }
  const others = Array.from({ length: 150 }, (_, number) => `box-${String(number).padStart(3, '0')}`)

  beforeEach(() => {
    asked = []
    newcomer = side('newcomer', () => elder)
    elder = side('elder', () => newcomer)
    connect(newcomer, 'elder')
    connect(elder, 'newcomer')
    for (const peer of others) connect(elder, peer)
    newcomer.exchange.start()
  })

  afterEach(() => newcomer.exchange.stop())

  it('a greeting names a few, and whoever knows none of them asks for the rest, page by page', async () => {
    const some = elder.exchange.some('newcomer')
    expect(some).toHaveLength(16)
    newcomer.exchange.heard('elder', some)
    await settle()
    expect(asked).toHaveLength(3)
    expect(newcomer.hurried.length).toBeGreaterThanOrEqual(150)
    expect(newcomer.table.get('box-149')?.addresses).toEqual(['at box-149'])
  })

  it('a greeting that names only connected boxes is not followed up', async () => {
    for (const peer of others) connect(newcomer, peer)
    newcomer.exchange.heard('elder', elder.exchange.some('newcomer'))
    await settle()
    expect(asked).toEqual([])
  })

  it('one box is asked every half minute, and says nothing when both see the same', async () => {
    for (const peer of others) connect(newcomer, peer)
    for (let time = 0; time < 4; time++) {
      clock.advance(30_000)
      await settle()
    }
    // Only the elder answers in this test; the draw takes others too.
    expect(asked.length).toBeGreaterThanOrEqual(3)
    expect(asked.length).toBeLessThanOrEqual(5)
    const [question] = asked
    if (question?.type !== 'peers') throw new Error('nothing was asked')
    expect(elder.exchange.page('newcomer', question.digest, '')).toEqual([])
  })

  it('names that teach nothing are asked for more and more seldom', async () => {
    newcomer.exchange.heard('elder', elder.exchange.some('newcomer'))
    await settle()
    asked.length = 0
    // The elder sees boxes that cannot be reached from here.
    for (let time = 0; time < 60; time++) {
      clock.advance(30_000)
      await settle()
    }
    expect(asked.length / 3).toBeLessThan(12)
  })

  it('a lost box that another one sees is worth asking on', async () => {
    for (const peer of others) connect(newcomer, peer)
    for (const peer of others) newcomer.table.setState(peer, 'away', clock.now())
    newcomer.exchange.heard('elder', elder.exchange.some('newcomer'))
    await settle()
    expect(new Set(newcomer.hurried).size).toBe(150)
  })
})
