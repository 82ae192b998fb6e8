import type { PstnService } from '../domain/service-record.ts'
import { type OfferedPrices, offeredPrices } from './offered-prices.ts'
import type { SipTrunk } from './sip-trunk.ts'

type OfferedTrunk = Pick<SipTrunk, 'entry' | 'healthy' | 'free' | 'rates'>

/**
 * What other boxes may use of these trunks: the lines that are offered to them and well, and in an emergency any trunk
 * at all.
 */
export class PstnOffer {
  readonly #trunks: readonly OfferedTrunk[]
  #pricesOf = ''
  #prices: OfferedPrices = offeredPrices([])

  constructor(trunks: readonly OfferedTrunk[]) {
    this.#trunks = trunks
  }

  /** Undefined when there is no trunk. The same `rates` object as long as the same trunks are offered. */
  current(): PstnService | undefined {
    if (this.#trunks.length === 0) return undefined
    const offered = this.#trunks.filter(({ entry, healthy }) => entry.offerToOverlay && healthy)
    const { costPerMinute, rates } = this.#pricesFor(offered)
    return {
      kind: 'pstn',
      prefixes: [...new Set(offered.flatMap(({ entry }) => entry.prefixes))].sort(),
      channelsFree: offered.reduce((sum, { free }) => sum + free, 0),
      costPerMinute,
      ...(rates.length > 0 && { rates }),
      takesEmergencies: true,
    }
  }

  /** Price lists are long, and this is asked at every call. */
  #pricesFor(offered: readonly OfferedTrunk[]): OfferedPrices {
    const names = offered.map(({ entry: { name } }) => name).join(' ')
    if (names !== this.#pricesOf) {
      this.#pricesOf = names
      this.#prices = offeredPrices(offered)
    }
    return this.#prices
  }
}
