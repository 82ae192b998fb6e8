import { describe, expect, it } from 'vitest'
import { carrier, trunksOf } from './a-trunk.ts'

const offered = { ...carrier, offerToOverlay: true, prefixes: ['+49'], costPerMinute: 7 }

describe('the offer to other boxes', () => {
  it.each<[string, Record<string, unknown>[], number, Record<string, number>]>([
    [
      'its own price by each trunk, not another trunk of the same box',
      [
        { ...offered, costPerMinute: 0 },
        { ...offered, name: 'world', prefixes: ['+'], costPerMinute: 200 },
      ],
      200,
      { '+49': 0 },
    ],
    [
      'nothing of prices for numbers that a trunk does not serve',
      [
        { ...offered, rates: [{ prefix: '+33', costPerMinute: 1 }] },
        { ...offered, name: 'world', prefixes: ['+'], costPerMinute: 200 },
      ],
      200,
      { '+49': 7 },
    ],
    [
      'the price around it where a trunk excludes a prefix',
      [
        { ...offered, excludedPrefixes: ['+4915'] },
        { ...offered, name: 'world', prefixes: ['+'], costPerMinute: 200 },
      ],
      200,
      { '+49': 7, '+4915': 200 },
    ],
    [
      'the trunk of the longer prefix, as a call would take it',
      [offered, { ...offered, name: 'world', prefixes: ['+'], costPerMinute: 5 }],
      5,
      { '+49': 7 },
    ],
    [
      'the cheapest of prefixes side by side for all others',
      [offered, { ...offered, name: 'austria', prefixes: ['+43'], costPerMinute: 9 }],
      7,
      { '+43': 9 },
    ],
  ])('promises %s', (_what, entries, costPerMinute, rates) => {
    const service = trunksOf(entries).trunks.pstnService()
    expect(service?.costPerMinute).toBe(costPerMinute)
    const perMinute = service?.rates?.map((rate) => [rate.prefix, rate.perMinute]) ?? []
    expect(Object.fromEntries(perMinute)).toEqual(rates)
  })
})
