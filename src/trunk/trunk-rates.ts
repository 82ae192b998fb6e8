import type { TrunkEntry } from '../config/sections/trunks.ts'
import type { CallRate } from '../domain/call-rate.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { PrefixRate } from '../domain/service-record.ts'

type RateKeys = Pick<TrunkEntry, 'costPerMinute' | 'setupCost' | 'billingStepSeconds' | 'rates'>

/** The prices of one trunk. */
export class TrunkRates {
  /** To numbers of no other prefix. */
  readonly usual: CallRate
  readonly #byPrefix = new Map<string, CallRate>()

  constructor({ costPerMinute, setupCost, billingStepSeconds, rates }: RateKeys) {
    for (const rate of rates) {
      this.#byPrefix.set(rate.prefix, {
        perMinute: rate.costPerMinute,
        setup: rate.setupCost ?? setupCost,
        stepSeconds: rate.billingStepSeconds ?? billingStepSeconds,
      })
    }
    const usual = { perMinute: costPerMinute, setup: setupCost, stepSeconds: billingStepSeconds }
    this.usual = this.#byPrefix.get('+') ?? usual
    this.#byPrefix.set('+', this.usual)
  }

  /** All prices; that of `+` is the usual one. */
  get byPrefix(): readonly PrefixRate[] {
    return [...this.#byPrefix].map(([prefix, rate]) => ({ prefix, ...rate }))
  }

  /** The price of calls to this number: that of the longest prefix that fits. */
  of(number: E164): CallRate {
    // Price lists are long and numbers short: the number's own prefixes are looked up.
    for (let length = number.length; length > 0; length--) {
      const rate = this.#byPrefix.get(number.slice(0, length))
      if (rate) return rate
    }
    return this.usual
  }
}
