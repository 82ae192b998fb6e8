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
