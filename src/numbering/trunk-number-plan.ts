import type { NumberingSection } from '../config/sections/numbering.ts'
import {
  type NumberFormat,
  type NumberHeader,
  numberHeaders,
  type TrunkNumbersSection,
  type TrunkRewrite,
  trunkNumbers,
} from '../config/sections/trunk-numbers.ts'
import { DigitPattern } from '../domain/digit-pattern.ts'
import { fillTemplate } from '../domain/digit-template.ts'
import type { E164 } from '../domain/phone-number.ts'
import { emergencyNumberIn } from './emergency-numbers.ts'
import { headerFormats } from './header-formats.ts'
import { readSubscriber, subscriberOf } from './trunk-reading.ts'
import { type Place, writeNumber } from './written-number.ts'

/** What of a trunk's entry says how numbers are written on it. */
export interface TrunkNumberSettings {
  readonly numberFormat: NumberFormat
  readonly numbers?: TrunkNumbersSection | undefined
}

interface Rewrite {
  readonly pattern: DigitPattern
  readonly replace: string
}

type PerHeader<Value> = Readonly<Record<NumberHeader, Value>>

/** How numbers are written on one trunk and read from it, header by header. */
export class TrunkNumberPlan {
  readonly #site: NumberingSection
  readonly #place: Place
  readonly #formats: PerHeader<NumberFormat>
  readonly #incoming: NumberFormat
  readonly #out: PerHeader<readonly Rewrite[]>
  readonly #in: PerHeader<readonly Rewrite[]>

  constructor(
    { numberFormat, numbers = trunkNumbers.parse({}) }: TrunkNumberSettings,
    site: NumberingSection,
  ) {
    const country = numbers.country ?? site.country
    const areaCode = numbers.areaCode ?? (country === site.country ? site.areaCode : '')
    this.#place = { country, areaCode }
    this.#site = { ...site, ...this.#place }
    this.#formats = headerFormats(numberFormat, numbers)
    this.#incoming = numbers.incoming ?? numberFormat
    this.#out = perHeader(numbers.out)
    this.#in = perHeader(numbers.in)
  }

  /**
   * The user part of a SIP URI, escapes done. Emergency numbers, which come without a plus sign or behind a country code
   * that some phone has added, are written as the exchange knows them: no format and no rewrite touches them.
   */
  format(number: string, header: NumberHeader): string {
    if (!number.startsWith('+')) return escaped(number)
    const emergency = emergencyNumberIn(number, this.#site)
    if (emergency) return emergency.number
    return escaped(rewritten(writeNumber(number, this.#formats[header], this.#place), this.#out[header]))
  }

  /** The number in a user part, a URI or a header; undefined when there is none. */
  read(text: string, header: NumberHeader): E164 | undefined {
    const subscriber = subscriberOf(text)
    const digits = rewritten(subscriber.digits, this.#in[header])
    const meant = digits === subscriber.digits ? subscriber : { digits, context: undefined }
    return readSubscriber(meant, this.#place, this.#incoming)
  }
}

function perHeader(rewrites: readonly TrunkRewrite[]): PerHeader<readonly Rewrite[]> {
  const compiled = rewrites.map(({ match, replace, headers }) => {
    return { headers, rewrite: { pattern: new DigitPattern(match), replace } }
  })
  const rows = numberHeaders.map((header) => {
    const those = compiled.filter(({ headers }) => headers.includes(header))
    return [header, those.map(({ rewrite }) => rewrite)]
  })
  return Object.fromEntries(rows) as PerHeader<readonly Rewrite[]>
}

function rewritten(text: string, rewrites: readonly Rewrite[]): string {
  for (const { pattern, replace } of rewrites) {
    const groups = pattern.match(text)
    if (groups) return fillTemplate(replace, text, groups)
  }
  return text
}

// RFC 3261 §25.1: of the characters that a number or a rewrite can hold, only this one is not allowed in a user part.
function escaped(user: string): string {
  return user.replaceAll('#', '%23')
}
