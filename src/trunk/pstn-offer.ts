import type { PrefixRate, PstnService } from '../domain/service-record.ts'
import type { SipTrunk } from './sip-trunk.ts'

type OfferedTrunk = Pick<SipTrunk, 'entry' | 'healthy' | 'free' | 'rates'>

/**
 * What other boxes may use of these trunks: the lines that are offered to them and well, and in an emergency any trunk
 * at all.
 */
export class PstnOffer {
  readonly #trunks: readonly OfferedTrunk[]
  #ratesOf = ''
  #rates: readonly PrefixRate[] = []

  constructor(trunks: readonly OfferedTrunk[]) {
    this.#trunks = trunks
  }

  /** Undefined when there is no trunk. The same `rates` object as long as the same trunks are offered. */
  current(): PstnService | undefined {
    if (this.#trunks.length === 0) return undefined
    const offered = this.#trunks.filter(({ entry, healthy }) => entry.offerToOverlay && healthy)
    const rates = this.#ratesFor(offered)
    return {
      kind: 'pstn',
      prefixes: [...new Set(offered.flatMap(({ entry }) => entry.prefixes))].sort(),
      channelsFree: offered.reduce((sum, { free }) => sum + free, 0),
      costPerMinute:
        offered.length === 0 ? 0 : Math.min(...offered.map(({ rates }) => rates.usual.perMinute)),
      ...(rates.length > 0 && { rates }),
      takesEmergencies: true,
    }
  }

  /** Price lists are long, and this is asked at every call. */
  #ratesFor(offered: readonly OfferedTrunk[]): readonly PrefixRate[] {
    const names = offered.map(({ entry: { name } }) => name).join(' ')
    if (names !== this.#ratesOf) {
      this.#ratesOf = names
      this.#rates = cheapestByPrefix(offered)
    }
    return this.#rates
  }
}

/** What the record's price a minute cannot say of the usual rate is a rate of its own, that of the world. */
function cheapestByPrefix(trunks: readonly OfferedTrunk[]): readonly PrefixRate[] {
  const cheapest = new Map<string, PrefixRate>()
  for (const rate of trunks.flatMap(({ rates }) => rates.byPrefix)) {
    const known = cheapest.get(rate.prefix)
    if (!known || rate.perMinute < known.perMinute) cheapest.set(rate.prefix, rate)
  }
  const world = cheapest.get('+')
  if (world?.setup === 0 && world.stepSeconds === 1) cheapest.delete('+')
  return [...cheapest.values()]
}
