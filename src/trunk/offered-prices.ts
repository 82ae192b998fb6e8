import { type CallRate, priceOf } from '../domain/call-rate.ts'
import type { PrefixRate, PstnService } from '../domain/service-record.ts'
import { servedBy } from './number-coverage.ts'
import type { SipTrunk } from './sip-trunk.ts'

export type OfferedPrices = Required<Pick<PstnService, 'costPerMinute' | 'rates'>>

type PricedTrunk = Pick<SipTrunk, 'entry' | 'rates'>

/** As routing compares lines. */
const usualCallMs = 180_000

/**
 * What calls over these trunks cost, as one price list: to each number the price of the trunk that it leaves by, the one
 * for the longest prefix and of those the cheapest. A prefix that costs what the one around it does is left out.
 */
export function offeredPrices(trunks: readonly PricedTrunk[]): OfferedPrices {
  const prices = boundsOf(trunks).flatMap((prefix): PrefixRate[] => {
    const rate = rateWithin(prefix, trunks)
    return rate ? [{ prefix, ...rate }] : []
  })
  const broadest = prices.filter(({ prefix }) => prefix.length === prices[0]?.prefix.length)
  const costPerMinute = broadest.length === 0 ? 0 : Math.min(...broadest.map(({ perMinute }) => perMinute))
  const rates = new Map<string, PrefixRate>()
  // What the record's price a minute cannot say is a rate of its own.
  const others: CallRate = { perMinute: costPerMinute, setup: 0, stepSeconds: 1 }
  for (const rate of prices) {
    if (!isSameRate(rate, rateAround(rate.prefix, rates) ?? others)) rates.set(rate.prefix, rate)
  }
  return { costPerMinute, rates: [...rates.values()] }
}

/** Every prefix at which the trunk or its price may change, the broadest first. */
function boundsOf(trunks: readonly PricedTrunk[]): readonly string[] {
  const bounds = trunks.flatMap(({ entry, rates }) => [
    ...entry.prefixes,
    ...entry.excludedPrefixes,
    ...rates.byPrefix.map(({ prefix }) => prefix),
  ])
  return [...new Set(bounds)].sort().sort((one, other) => one.length - other.length)
}

/** To numbers that begin so and with no longer bound; undefined when no trunk serves them. */
function rateWithin(prefix: string, trunks: readonly PricedTrunk[]): CallRate | undefined {
  const serving = trunks.flatMap(({ entry, rates }) => {
    const served = servedBy(entry, prefix)
    return served === undefined ? [] : [{ closeness: served.length, rate: rates.of(prefix) }]
  })
  const [first] = serving.sort(
    (one, other) =>
      other.closeness - one.closeness || priceOf(one.rate, usualCallMs) - priceOf(other.rate, usualCallMs),
  )
  return first?.rate
}

function rateAround(prefix: string, rates: ReadonlyMap<string, PrefixRate>): CallRate | undefined {
  for (let length = prefix.length - 1; length > 0; length--) {
    const rate = rates.get(prefix.slice(0, length))
    if (rate) return rate
  }
  return undefined
}

function isSameRate(one: CallRate, other: CallRate): boolean {
  return (
    one.perMinute === other.perMinute && one.setup === other.setup && one.stepSeconds === other.stepSeconds
  )
}
