import type { TollLimit } from '../config/sections/toll-limits.ts'
import type { CallClass } from '../domain/call-class.ts'
import { isOpenAt, type OpeningSpan, readOpeningHours } from '../domain/opening-hours.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { Payer } from './payer.ts'

/** One limit of the config, read. */
export class TollRule {
  readonly limit: TollLimit
  readonly #spans: readonly OpeningSpan[]

  constructor(limit: TollLimit) {
    this.limit = limit
    this.#spans = readOpeningHours(limit.during)
  }

  /** Whether the limit is for calls of this payer to this number at this time. */
  covers(
    payer: Payer,
    number: E164,
    callClass: CallClass,
    at: number,
    timeZone: string | undefined,
  ): boolean {
    const { who, only } = this.limit
    if (who !== 'everybody' && who !== payer.kind) return false
    if (only.length > 0 && !only.includes(payer.name.toLowerCase())) return false
    if (!this.isFor(number, callClass)) return false
    return this.#spans.length === 0 || isOpenAt(this.#spans, at, timeZone)
  }

  /** Whether it is for calls to this number, whoever calls and when. */
  isFor(number: E164, callClass: CallClass): boolean {
    const { classes, prefixes } = this.limit
    if (classes.length > 0 && !classes.includes(callClass)) return false
    return prefixes.length === 0 || prefixes.some((prefix) => number.startsWith(prefix))
  }
}
