import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { LookUpUnanswered } from '../../../src/overlay/overlay-errors.ts'
import { LookUpCache, usualCacheLimits } from '../../../src/overlay/records/look-up-cache.ts'
import type { LookUpResult } from '../../../src/overlay/records/lookup.ts'
import type { CheckedRecord } from '../../../src/overlay/records/record-check.ts'
import { anna, checked, now } from './some-records.ts'

const soon = AbortSignal.timeout(5_000)
const atHome = checked({ lifetimeSeconds: 3_600 })
const moved = checked({ lifetimeSeconds: 3_600, signer: 'box-b' })

describe('the cache of look-ups', () => {
  let clock: FakeClock
  let cache: LookUpCache
  let asked: number
  let outcomes: string[]
  /** What the holders say; undefined: nobody answers. */
  let truth: readonly CheckedRecord[] | undefined
  /** Look-ups wait for it. */
  let gate: Promise<void>

  beforeEach(() => {
    clock = new FakeClock(now)
    asked = 0
    outcomes = []
    truth = [atHome]
    gate = Promise.resolve()
    const lookUp = async (): Promise<LookUpResult> => {
      asked++
      const records = truth
      await gate
      return { records: records ?? [], isCertain: records !== undefined, asked: 2 }
    }
    const counts = { lookUp: (outcome: string) => outcomes.push(outcome) }
    cache = new LookUpCache({ lookUp, counts, clock, limits: usualCacheLimits })
  })

  const find = (newerThan?: number) => cache.fetch('sip-aor', anna, soon, newerThan)

  it('asks once in 30 s for what was found, once in 5 s for what was not', async () => {
    await find()
    clock.advance(29_999)
    expect(await find()).toEqual([atHome])
    expect(asked).toBe(1)
    clock.advance(1)
    truth = []
    expect(await find()).toEqual([])
    clock.advance(4_999)
    expect(await find()).toEqual([])
    expect(asked).toBe(2)
    truth = [moved]
    clock.advance(1)
    expect(await find()).toEqual([moved])
    expect(outcomes).toEqual(['found', 'cached', 'none', 'cached', 'found'])
  })

  it('asks again after a change was told, and after what the caller has seen fail', async () => {
    await find()
    truth = [moved]
    cache.changed('sip-aor', 'sip:bert@town.example')
    expect(await find()).toEqual([atHome])
    cache.changed('sip-aor', anna)
    expect(await find()).toEqual([moved])
    clock.advance(10)
    await find(now)
    expect(asked).toBe(2)
    await find(now + 10)
    expect(asked).toBe(3)
  })

  it('"nothing" is asked again when a member came or went, what was found is not', async () => {
    await find()
    cache.membersChanged()
    await find()
    expect(asked).toBe(1)
    cache.changed('sip-aor', anna)
    truth = []
    await find()
    cache.membersChanged()
    await find()
    expect(asked).toBe(3)
  })

  it('many callers at a time make one look-up, and one that gives up takes no other along', async () => {
    const opened = Promise.withResolvers<void>()
    gate = opened.promise
    const impatient = new AbortController()
    const first = cache.fetch('sip-aor', anna, impatient.signal)
    const second = find()
    impatient.abort(new Error('enough'))
    await expect(first).rejects.toThrow('enough')
    opened.resolve()
    expect(await second).toEqual([atHome])
    expect(asked).toBe(1)
  })

  it('an answer that was overtaken by the notice of a change is not remembered', async () => {
    const opened = Promise.withResolvers<void>()
    gate = opened.promise
    const early = find()
    cache.changed('sip-aor', anna)
    truth = [moved]
    opened.resolve()
    expect(await early).toEqual([atHome])
    expect(await find()).toEqual([moved])
  })

  it('gives out what it knew for five minutes while nobody answers, and then says so', async () => {
    await find()
    truth = undefined
    clock.advance(30_000 + 300_000)
    expect(await find()).toEqual([atHome])
    clock.advance(1)
    await expect(find()).rejects.toThrow(LookUpUnanswered)
    truth = [moved]
    expect(await find()).toEqual([moved])
    expect(outcomes).toEqual(['found', 'failed', 'failed', 'found'])
  })

  it('never gives out what has expired', async () => {
    truth = [checked({ lifetimeSeconds: 20 }), moved]
    await find()
    clock.advance(20_000)
    expect(await find()).toEqual([moved])
    truth = undefined
    clock.advance(11_000)
    expect(await find()).toEqual([moved])
  })

  it('forgets what a box signed that is no member any more', async () => {
    await find()
    truth = []
    cache.forgetSigner('box-a')
    expect(await find()).toEqual([])
  })

  it('remembers so much and no more', async () => {
    for (let user = 0; user < 10_000; user++) await cache.fetch('sip-aor', `sip:${user}@town.example`, soon)
    await cache.fetch('sip-aor', 'sip:9999@town.example', soon)
    expect(asked).toBe(10_000)
    await cache.fetch('sip-aor', 'sip:5000@town.example', soon)
    expect(asked).toBe(10_001)
  })
})
