import { describe, expect, it } from 'vitest'
import { usualServiceOrder } from '../../../src/domain/service-order.ts'
import type { OfferedService } from '../../../src/domain/service-record.ts'

interface Changes {
  readonly isLocal?: boolean
  readonly isReachable?: boolean
  readonly cost?: number
  readonly roundTripMs?: number | undefined
  readonly free?: number
}

function line(peerName: string, changes: Changes = {}): OfferedService {
  const { cost = 10, free = 5, roundTripMs = 30, isLocal = false, isReachable = true } = changes
  return {
    ...{
      peerName,
      isLocal,
      isReachable,
      roundTripMs: 'roundTripMs' in changes ? changes.roundTripMs : roundTripMs,
    },
    service: { kind: 'pstn', prefixes: ['+'], channelsFree: free, costPerMinute: cost },
  }
}

const first = (...offers: OfferedService[]) => offers.toSorted(usualServiceOrder)[0]?.peerName

describe('the usual order of services', () => {
  it('takes the own one before a better one elsewhere', () => {
    expect(first(line('near', { cost: 1, roundTripMs: 1 }), line('own', { isLocal: true }))).toBe('own')
  })

  it('then one that can be reached and has room, before a cheaper one that has not', () => {
    expect(first(line('full', { free: 0, cost: 1 }), line('fit'))).toBe('fit')
    expect(first(line('away', { isReachable: false, cost: 1 }), line('fit'))).toBe('fit')
  })

  it('then the cheaper one before the nearer one', () => {
    expect(first(line('near', { roundTripMs: 1 }), line('cheap', { cost: 9, roundTripMs: 400 }))).toBe(
      'cheap',
    )
  })

  it('then the nearer one, if anybody can hear it, before one with more room', () => {
    expect(first(line('roomy', { roundTripMs: 80, free: 50 }), line('near', { roundTripMs: 15 }))).toBe(
      'near',
    )
    expect(first(line('near', { roundTripMs: 12 }), line('roomy', { roundTripMs: 15, free: 50 }))).toBe(
      'roomy',
    )
    expect(first(line('unmeasured', { roundTripMs: undefined }), line('far', { roundTripMs: 900 }))).toBe(
      'far',
    )
  })

  it('then by name, so that all boxes choose alike', () => {
    expect(first(line('b'), line('a'), line('c'))).toBe('a')
  })

  it('is the same whatever order the offers come in', () => {
    const offers = [
      line('a', { cost: 3 }),
      line('b', { roundTripMs: 39 }),
      line('c', { roundTripMs: 21, free: 6 }),
      line('d', { roundTripMs: 41 }),
      line('e', { isReachable: false }),
    ]
    const sorted = offers.toSorted(usualServiceOrder).map(({ peerName }) => peerName)
    expect(
      offers
        .toReversed()
        .toSorted(usualServiceOrder)
        .map(({ peerName }) => peerName),
    ).toEqual(sorted)
    expect(sorted).toEqual(['a', 'c', 'b', 'd', 'e'])
  })
})
