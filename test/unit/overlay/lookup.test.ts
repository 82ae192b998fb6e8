import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../src/lib/fake-clock.ts'
import { type LookUpResult, lookUp } from '../../../src/overlay/records/lookup.ts'
import type { CheckedRecord } from '../../../src/overlay/records/record-check.ts'
import { checked, now } from './some-records.ts'

type Behaviour = readonly CheckedRecord[] | 'silent' | 'failing' | number | Late

/** An answer after so many milliseconds. */
interface Late {
  readonly after: number
  readonly record: CheckedRecord
}

const flush = () => new Promise((resolve) => setImmediate(resolve))
const never = new AbortController().signal

/** Peers named by letters; a number is the milliseconds after which it answers with one record of its own. */
class Holders {
  readonly clock = new FakeClock(now)
  readonly asked: string[] = []
  readonly given: string[] = []
  readonly #behaviours: Readonly<Record<string, Behaviour>>

  constructor(behaviours: Readonly<Record<string, Behaviour>>) {
    this.#behaviours = behaviours
  }

  async lookUp(signal = never): Promise<readonly CheckedRecord[]> {
    return (await this.result(signal)).records
  }

  result(signal = never, isUnsettled = false): Promise<LookUpResult> {
    const candidates = Object.keys(this.#behaviours)
    const ask = (peer: string, late: AbortSignal) => this.#ask(peer, late)
    return lookUp({ candidates, copies: 3, isUnsettled, ask }, this.clock, signal)
  }

  #ask(peer: string, late: AbortSignal): Promise<readonly CheckedRecord[]> {
    this.asked.push(peer)
    late.addEventListener('abort', () => this.given.push(peer))
    const behaviour = this.#behaviours[peer]
    if (behaviour === 'failing') return Promise.reject(new Error('gone'))
    if (behaviour === 'silent') return new Promise(() => undefined)
    const answer =
      typeof behaviour === 'number' ? { after: behaviour, record: checked({ signer: peer }) } : behaviour
    if (!answer || !('after' in answer)) return Promise.resolve(answer ?? [])
    return new Promise((resolve) => this.clock.after(answer.after, () => resolve([answer.record])))
  }
}

const record = checked()

describe('look-up', () => {
  it('three answers make the result without waiting', async () => {
    const holders = new Holders({ a: [record], b: [record], c: [record], d: [] })
    expect(await holders.result()).toEqual({ records: [record], isCertain: true, asked: 3 })
    expect(holders.asked).toEqual(['a', 'b', 'c'])
  })

  it('a silent holder costs a moment when another one knows', async () => {
    const holders = new Holders({ a: 'silent', b: [record], c: [], d: [record] })
    const result = holders.lookUp()
    await flush()
    holders.clock.advance(25)
    expect(await result).toEqual([record])
    expect(holders.asked).toEqual(['a', 'b', 'c'])
    expect(holders.given).toContain('a')
  })

  it('when all three are silent, the next three are asked after 300 ms', async () => {
    const holders = new Holders({ a: 'silent', b: 'silent', c: 'silent', d: [record], e: [], f: [] })
    const result = holders.lookUp()
    await flush()
    holders.clock.advance(299)
    await flush()
    expect(holders.asked).toHaveLength(3)
    holders.clock.advance(1)
    expect(await result).toEqual([record])
    expect(holders.asked).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })

  it('when all three fail, the next ones are asked at once', async () => {
    const holders = new Holders({ a: 'failing', b: 'failing', c: 'failing', d: [record] })
    expect(await holders.lookUp()).toEqual([record])
  })

  it('nobody answering at all ends after 900 ms', async () => {
    const names = 'abcdefghijkl'.split('')
    const holders = new Holders(Object.fromEntries(names.map((name) => [name, 'silent' as const])))
    const result = holders.result()
    for (let round = 0; round < 3; round++) {
      await flush()
      holders.clock.advance(300)
    }
    expect(await result).toEqual({ records: [], isCertain: false, asked: 9 })
  })

  it('three holders that know nothing are believed', async () => {
    const holders = new Holders({ a: [], b: [], c: [], d: [record] })
    expect(await holders.result()).toEqual({ records: [], isCertain: true, asked: 3 })
  })

  it('when members have just changed, the next three are asked before "nothing" is believed', async () => {
    const holders = new Holders({ a: [], b: [], c: [], d: [record], e: [], f: [] })
    expect((await holders.result(never, true)).records).toEqual([record])
    const nobody = new Holders({ a: [], b: [], c: [], d: [], e: [], f: [], g: [record] })
    expect(await nobody.result(never, true)).toEqual({ records: [], isCertain: true, asked: 6 })
  })

  it('when members have just changed, a newer answer is waited for, 300 ms at most', async () => {
    const stale = checked({ value: Buffer.from('of the time as holder before') })
    const fresh = checked({ storedAt: now + 1 })
    const holders = new Holders({ a: [stale], b: { after: 100, record: fresh }, c: [], d: [] })
    const result = holders.result(never, true)
    for (const step of [99, 1]) {
      await flush()
      holders.clock.advance(step)
    }
    expect((await result).records).toEqual([fresh])
    const alone = new Holders({ a: [stale], b: 'silent', c: [] })
    const patient = alone.result(never, true)
    await flush()
    alone.clock.advance(300)
    expect((await patient).records).toEqual([stale])
  })

  it('one silent holder costs those who know nothing 300 ms, no more', async () => {
    const holders = new Holders({ a: 'silent', b: [], c: [], d: [], e: [], f: [] })
    const result = holders.result()
    await flush()
    holders.clock.advance(300)
    expect(await result).toMatchObject({ records: [], isCertain: true })
  })

  it('holders that need longer than 300 ms are waited for while others are asked', async () => {
    const holders = new Holders({ a: 600, b: 620, c: 620, d: 'silent', e: 'silent', f: 'silent' })
    const result = holders.lookUp()
    for (const step of [300, 300, 20, 5]) {
      await flush()
      holders.clock.advance(step)
    }
    expect((await result).map(({ signer }) => signer)).toEqual(['a', 'b', 'c'])
  })

  it('a few candidates that all fail leave it open whether there is anything', async () => {
    expect(await new Holders({ a: 'failing', b: 'failing' }).result()).toMatchObject({ isCertain: false })
    expect(await new Holders({}).result()).toMatchObject({ isCertain: false, asked: 0 })
  })

  it('a slower holder may add what is newer, for 25 ms', async () => {
    const holders = new Holders({ a: 5, b: 20, c: 200 })
    const result = holders.lookUp()
    for (const step of [5, 15, 10]) {
      await flush()
      holders.clock.advance(step)
    }
    expect((await result).map(({ signer }) => signer)).toEqual(['a', 'b'])
  })

  it('of one signer the newest counts, and a tombstone is the end of it', async () => {
    const newer = checked({ storedAt: now + 1 })
    const gone = checked({ storedAt: now + 2, removed: true })
    expect(await new Holders({ a: [record], b: [newer], c: [record] }).lookUp()).toEqual([newer])
    expect(await new Holders({ a: [newer], b: [gone], c: [record] }).lookUp()).toEqual([])
  })

  it('ends with the caller’s signal, and so do the questions', async () => {
    const holders = new Holders({ a: 'silent' })
    const impatient = new AbortController()
    const result = holders.lookUp(impatient.signal)
    await flush()
    impatient.abort(new Error('enough'))
    await expect(result).rejects.toThrow('enough')
    expect(holders.given).toEqual(['a'])
    expect(holders.clock.pendingTimers).toBe(0)
  })
})
