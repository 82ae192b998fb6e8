import type { PhoneNumber } from 'libphonenumber-js/max'
import type { NumberingSection } from '../config/sections/numbering.ts'
import { type Dialled, isE164 } from '../domain/phone-number.ts'
import { callingCodeOf, parseIn } from './country.ts'
import { emergencyNumberIn } from './emergency-numbers.ts'

/** What dialled digits mean at this site; separators as people write them are ignored. */
export function readDialled(text: string, plan: NumberingSection): Dialled {
  const digits = withoutSeparators(text)
  const emergency = emergencyNumberIn(digits, plan)
  if (emergency) return { kind: 'emergency', ...emergency }
  if (!/^\+?\d+$/.test(digits)) return unknown('not a telephone number')
  if (digits.startsWith('+')) return readInternational(digits, plan.country)
  if (plan.outsideLinePrefix === '') {
    return isExtension(digits, plan) ? { kind: 'extension', digits } : readOutside(digits, plan)
  }
  if (isExtension(digits, plan)) return { kind: 'extension', digits }
  if (!digits.startsWith(plan.outsideLinePrefix)) {
    return unknown(`no extension, and outside calls begin with ${plan.outsideLinePrefix}`)
  }
  return readOutside(digits.slice(plan.outsideLinePrefix.length), plan)
}

/** RFC 3966 §5.1.1 visual separators, and the blanks and slashes that people add. */
export function withoutSeparators(text: string): string {
  return text.replace(/[\s\-.()/]/g, '')
}

function isExtension(digits: string, plan: NumberingSection): boolean {
  return new RegExp(plan.extensionPattern).test(digits)
}

function readInternational(digits: string, country: string): Dialled {
  const number = parseIn(country, digits)
  if (number?.isPossible() && isE164(number.number)) return { kind: 'e164', number: number.number }
  return unknown('no such country code, or the wrong number of digits')
}

/** Outside digits: with `00` or its like, with the national prefix, or local. */
function readOutside(digits: string, plan: NumberingSection): Dialled {
  const asDialled = possible(parseIn(plan.country, digits))
  if (asDialled && hasPrefix(digits, asDialled)) return e164(asDialled)
  const local = localNumber(digits, plan)
  if (local?.isValid() && (writesNationalPrefix(local) || !asDialled?.isValid())) return e164(local)
  if (asDialled?.isValid()) return e164(asDialled)
  // The metadata age: a number of a possible length may be newer than they are.
  const guess = local ?? asDialled
  return guess ? e164(guess) : unknown('neither an extension nor a number of this country')
}

function localNumber(digits: string, plan: NumberingSection): PhoneNumber | undefined {
  const callingCode = callingCodeOf(plan.country)
  if (plan.areaCode === '' || callingCode === undefined || digits.startsWith('0')) return undefined
  return possible(parseIn(plan.country, `+${callingCode}${plan.areaCode}${digits}`))
}

/** Something was dialled before the national number, and it was not just the bare country code. */
function hasPrefix(digits: string, number: PhoneNumber): boolean {
  return digits !== number.nationalNumber && digits !== number.countryCallingCode + number.nationalNumber
}

/** In countries that write a national prefix, digits without it are local (Germany); in others they are not (Spain). */
function writesNationalPrefix(number: PhoneNumber): boolean {
  return withoutSeparators(number.formatNational()) !== number.nationalNumber
}

function possible(number: PhoneNumber | undefined): PhoneNumber | undefined {
  return number?.isPossible() && isE164(number.number) ? number : undefined
}

function e164(number: PhoneNumber): Dialled {
  return { kind: 'e164', number: number.number }
}

function unknown(why: string): Dialled {
  return { kind: 'unknown', why }
}
