import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'
import { type IntakeLimits, RegistrationIntake } from '../../../../src/survival/phones/registration-intake.ts'
import { FakeRequest } from '../../../support/fake-request.ts'

function intake(limits: Partial<IntakeLimits>) {
  const clock = new FakeClock()
  const begun: FakeRequest[] = []
  const done = Promise.withResolvers<void>()
  const parts = {
    next: async (request: unknown) => {
      begun.push(request as FakeRequest)
      await done.promise
    },
    retry: { next: () => 9 },
    clock,
    limits,
  }
  return { intake: new RegistrationIntake(parts), clock, begun, done }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const some = (count: number) => Array.from({ length: count }, () => new FakeRequest('REGISTER'))
const fromPort = (port: number) =>
  new FakeRequest('REGISTER', { source: { transport: 'udp', address: '192.0.2.7', port } })

describe('an avalanche of REGISTERs', () => {
  it('is begun a few at a time, so that calls have their turn in between', async () => {
    const { intake: line, begun } = intake({ perTurn: 8 })
    for (const request of some(20)) void line.handle(request)
    await Promise.resolve()
    expect(begun).toHaveLength(8)
    await turn()
    expect(begun).toHaveLength(16)
    await turn()
    expect(begun).toHaveLength(20)
  })

  it('is turned away from a full house, and let in again when there is room', async () => {
    const { intake: line, begun, done } = intake({ inHand: 10 })
    const requests = some(15)
    const handled = requests.map((request) => line.handle(request))
    await turn()
    expect(begun).toHaveLength(10)
    expect(requests[14]?.response).toMatchObject({ status: 503, headers: { 'Retry-After': '9' } })
    expect(line.turnedAway).toBe(5)
    done.resolve()
    await Promise.all(handled)
    expect(line.inHand).toBe(0)
    await line.handle(new FakeRequest('REGISTER'))
    expect(begun).toHaveLength(11)
  })

  it('is turned away when it has waited for so long that its phone has given it up', async () => {
    const { intake: line, clock, begun } = intake({ perTurn: 1, longestWaitMs: 5_000 })
    const requests = some(2)
    for (const request of requests) void line.handle(request)
    clock.advance(5_001)
    await turn()
    await turn()
    expect(begun).toHaveLength(1)
    expect(requests[1]?.response.status).toBe(503)
  })
})

describe('a flood of REGISTERs from one phone', () => {
  it('waits behind itself: others have their turn as ever', async () => {
    const { intake: line, begun } = intake({ perTurn: 2 })
    for (const request of some(100)) void line.handle(request)
    const [anna, bert] = [fromPort(6001), fromPort(6002)]
    for (const phone of [anna, bert]) void line.handle(phone)
    await turn()
    await turn()
    expect(begun).toHaveLength(6)
    expect(begun).toEqual(expect.arrayContaining([anna, bert]))
  })

  it('makes room for others in a full house, and for none of its own', async () => {
    const { intake: line, begun, done } = intake({ perTurn: 1, inHand: 10 })
    const flood = some(11)
    const handled = flood.map((request) => line.handle(request))
    await Promise.resolve()
    expect(flood.map(({ responses }) => responses.length)).toEqual([...Array(10).fill(0), 1])
    const anna = fromPort(6001)
    handled.push(line.handle(anna))
    await turn()
    expect(flood[9]?.response.status).toBe(503)
    await turn()
    expect(begun).toContain(anna)
    expect(line.turnedAway).toBe(2)
    done.resolve()
    for (let turns = 0; turns < 10; turns++) await turn()
    await Promise.all(handled)
    expect(begun).toHaveLength(10)
    expect(line.inHand).toBe(0)
  })

  it('is no flood when many have one each: the last to come is turned away', async () => {
    const { intake: line } = intake({ perTurn: 1, inHand: 3 })
    const phones = [6001, 6002, 6003, 6004].map(fromPort)
    for (const phone of phones) void line.handle(phone)
    await Promise.resolve()
    expect(phones.map(({ responses }) => responses.length)).toEqual([0, 0, 0, 1])
  })
})
