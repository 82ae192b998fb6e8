import type { PhoneNumber } from 'libphonenumber-js/max'
import type { NumberingSection } from '../config/sections/numbering.ts'
import { DigitPattern } from '../domain/digit-pattern.ts'
import type { Dialled } from '../domain/phone-number.ts'
import { callingCodeOf, internationalPrefixOf, nationalPrefixOf, parseIn } from './country.ts'
import { applyRules, type CompiledRule, compileRules } from './dialled-rules.ts'
import { emergencyNumberIn } from './emergency-numbers.ts'
import { localNumber, meansLocal, possibleNumber } from './local-number.ts'
import { doubtAbout } from './number-doubt.ts'
import { serviceClassOf, serviceNumberIn } from './service-numbers.ts'

/** Reads dialled digits as one site means them. Everything is compiled once: this is on the path of each call. */
export class DialledReader {
  readonly #plan: NumberingSection
  /** Also with the prefix of the site's phones: an emergency number is one behind either. */
  readonly #emergencyPlans: readonly NumberingSection[]
  readonly #extensions: DigitPattern
  readonly #rules: readonly CompiledRule[]
  readonly #callingCode: string | undefined
  readonly #internationalPrefix: string
  readonly #nationalPrefix: string | undefined

  /** `outsideLinePrefix`: where it is another than on the site's phones. */
  constructor(plan: NumberingSection, outsideLinePrefix = plan.outsideLinePrefix) {
    this.#plan = { ...plan, outsideLinePrefix }
    this.#emergencyPlans = outsideLinePrefix === plan.outsideLinePrefix ? [plan] : [plan, this.#plan]
    this.#extensions = new DigitPattern(plan.extensionPattern)
    this.#rules = compileRules(plan)
    this.#callingCode = callingCodeOf(plan.country)
    this.#internationalPrefix = plan.internationalPrefix ?? internationalPrefixOf(plan.country)
    this.#nationalPrefix = nationalPrefixOf(plan.country)
  }

  /** Separators as people write them are ignored. A rule's result is read as dialled, but by no rule again. */
  read(text: string): Dialled {
    const digits = withoutSeparators(text)
    const emergency = this.#emergency(digits)
    if (emergency) return emergency
    const ruled = applyRules(this.#rules, digits)
    if (!ruled) return this.#unruled(digits)
    return ruled.kind === 'digits' ? (this.#emergency(ruled.digits) ?? this.#unruled(ruled.digits)) : ruled
  }

  #emergency(digits: string): Dialled | undefined {
    for (const plan of this.#emergencyPlans) {
      const emergency = emergencyNumberIn(digits, plan)
      if (emergency) return { kind: 'emergency', ...emergency }
    }
    return undefined
  }

  #unruled(digits: string): Dialled {
    const { outsideLinePrefix } = this.#plan
    if (!/^\+?\d{1,32}$/.test(digits)) return unknown('not a telephone number')
    if (digits.startsWith('+')) return this.#international(digits)
    if (this.#extensions.fits(digits)) return { kind: 'extension', digits }
    if (!digits.startsWith(outsideLinePrefix)) {
      return unknown(`no extension, and outside calls begin with ${outsideLinePrefix}`)
    }
    return this.#outside(digits.slice(outsideLinePrefix.length))
  }

  #international(digits: string): Dialled {
    const { country } = this.#plan
    const number = possibleNumber(parseIn(country, digits))
    if (number) return e164(number)
    if (serviceNumberIn(digits, country) !== undefined) return { kind: 'e164', number: digits }
    return unknown(doubtAbout(digits) ?? 'no such number')
  }

  /** Outside digits: short for the whole country, with `00` or its like, with the national prefix, or local. */
  #outside(digits: string): Dialled {
    const { country, internationalPrefix, nationalPrefix } = this.#plan
    if (serviceClassOf(digits, country) !== undefined) {
      return { kind: 'e164', number: `+${this.#callingCode}${digits}` }
    }
    const isInternational = hasPrefix(digits, this.#internationalPrefix)
    if (internationalPrefix !== undefined && isInternational) {
      return this.#international(`+${digits.slice(internationalPrefix.length)}`)
    }
    if (nationalPrefix !== undefined && !isInternational && hasPrefix(digits, nationalPrefix)) {
      return this.#international(`+${this.#callingCode}${digits.slice(nationalPrefix.length)}`)
    }
    return this.#asTheCountryDoes(digits)
  }

  #asTheCountryDoes(digits: string): Dialled {
    const asDialled = possibleNumber(parseIn(this.#plan.country, digits))
    if (asDialled && isPrefixed(digits, asDialled)) return e164(asDialled)
    const local = localNumber(digits, this.#plan)
    if (local && meansLocal(local, asDialled)) return e164(local)
    if (asDialled?.isValid()) return e164(asDialled)
    // The metadata age: a number of a possible length may be newer than they are.
    const guess = [local, asDialled].find((number) => number && !this.#keepsNationalPrefix(number))
    return guess ? e164(guess) : unknown('neither an extension nor a number of this country')
  }

  /** Too short to be anything without the zero that it begins with. */
  #keepsNationalPrefix({ nationalNumber }: PhoneNumber): boolean {
    return this.#nationalPrefix === '0' && nationalNumber.startsWith('0')
  }
}

/** RFC 3966 §5.1.1 visual separators, and the blanks and slashes that people add. */
export function withoutSeparators(text: string): string {
  return text.replace(/[\s\-.()/]/g, '')
}

function hasPrefix(digits: string, prefix: string): boolean {
  return prefix !== '' && digits.startsWith(prefix)
}

/** Something was dialled before the national number, and it was not just the bare country code. */
function isPrefixed(digits: string, number: PhoneNumber): boolean {
  return digits !== number.nationalNumber && digits !== number.countryCallingCode + number.nationalNumber
}

function e164(number: PhoneNumber): Dialled {
  return { kind: 'e164', number: number.number }
}

function unknown(why: string): Dialled {
  return { kind: 'unknown', why }
}
