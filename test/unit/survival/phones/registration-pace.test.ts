import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../src/lib/fake-clock.ts'
import { type PaceRank, RegistrationPace } from '../../../../src/survival/phones/registration-pace.ts'
import { RetrySpread } from '../../../../src/survival/phones/retry-spread.ts'

function paced(perSecond: number | undefined) {
  const clock = new FakeClock(1_000_000)
  const limit = { perSecond }
  const pace = new RegistrationPace({ perSecond: () => limit.perSecond, clock })
  const released: { at: number; rank: PaceRank }[] = []
  const take = (rank: PaceRank) => {
    const turn = pace.turn(rank)
    void turn?.then(() => released.push({ at: clock.now() - 1_000_000, rank }))
    return turn !== undefined
  }
  /** Step by step, so that promises settle at the time at which they are due. */
  const pass = async (ms: number) => {
    for (let step = 0; step < ms; step++) {
      await Promise.resolve()
      clock.advance(1)
    }
    await Promise.resolve()
  }
  return { clock, pace, limit, released, take, pass }
}

describe('registrations towards a PBX', () => {
  it('go at once while there is no limit', async () => {
    const { take, released, pace } = paced(undefined)
    for (let each = 0; each < 1_000; each++) take('phone')
    await Promise.resolve()
    expect(released).toHaveLength(1_000)
    expect(pace.isLimited).toBe(false)
  })

  it('go one by one, evenly spread, and never faster than they may', async () => {
    const { take, released, pass } = paced(20)
    for (let each = 0; each < 40; each++) take('phone')
    await pass(3_000)
    const gaps = released.slice(1).map(({ at }, index) => at - (released[index]?.at ?? 0))
    expect(released).toHaveLength(40)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(52)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(53)
  })

  it('are turned away when more wait than can go in three seconds', () => {
    const { take } = paced(20)
    const taken = Array.from({ length: 100 }, () => take('phone')).filter(Boolean)
    expect(taken).toHaveLength(61) // one has gone at once
  })

  it('go by turns when the box leads phones home and phones speak for themselves; answers come first', async () => {
    const { take, released, pass } = paced(20)
    for (let each = 0; each < 3; each++) take('phone')
    for (let each = 0; each < 3; each++) take('led')
    take('answer')
    await pass(1_000)
    expect(released.map(({ rank }) => rank)).toEqual([
      'phone',
      'answer',
      'led',
      'phone',
      'led',
      'phone',
      'led',
    ])
  })

  it('go all at once when the PBX is gone', async () => {
    const { take, released, pace } = paced(20)
    for (let each = 0; each < 30; each++) take('phone')
    pace.letGo()
    await Promise.resolve()
    expect(released).toHaveLength(30)
  })

  it('go all at once when the limit ends', async () => {
    const { take, released, limit, pass } = paced(1)
    for (let each = 0; each < 3; each++) take('phone')
    limit.perSecond = undefined
    await pass(1_000)
    expect(released).toHaveLength(3)
  })
})

describe('those who are turned away', () => {
  it('are asked back in places of their own, within two minutes', () => {
    const clock = new FakeClock(1_000_000)
    const retry = new RetrySpread({ perSecond: () => 20, clock })
    const told = Array.from({ length: 2_000 }, () => retry.next())
    const perSecond = new Map<number, number>()
    for (const seconds of told) perSecond.set(seconds, (perSecond.get(seconds) ?? 0) + 1)
    expect(Math.min(...told)).toBe(2)
    expect(Math.max(...told)).toBeLessThanOrEqual(120)
    expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(21)
  })

  it('are asked back soon again when the rush is over', () => {
    const clock = new FakeClock(1_000_000)
    const retry = new RetrySpread({ perSecond: () => 1, clock })
    for (let each = 0; each < 50; each++) retry.next()
    clock.advance(60_000)
    expect(retry.next()).toBe(2)
  })
})
