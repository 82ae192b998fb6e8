import type { PhoneNumber } from 'libphonenumber-js/max'
import { isE164 } from '../domain/phone-number.ts'
import { callingCodeOf, parseIn } from './country.ts'
import type { Place } from './written-number.ts'

/** Digits without an area code as a number of the place's own area; undefined when they cannot be one. */
export function localNumber(digits: string, { country, areaCode }: Place): PhoneNumber | undefined {
  const callingCode = callingCodeOf(country)
  if (areaCode === '' || callingCode === undefined || digits.startsWith('0')) return undefined
  return possibleNumber(parseIn(country, `+${callingCode}${areaCode}${digits}`))
}

/** The number when it has a length that is possible; whether its range is known is another question. */
export function possibleNumber(number: PhoneNumber | undefined): PhoneNumber | undefined {
  return number?.isPossible() && isE164(number.number) ? number : undefined
}

/**
 * Whether digits that can be read in both ways are local. In countries that write a national prefix, digits without it
 * are (Germany); in others they are not (Spain).
 */
export function meansLocal(local: PhoneNumber, asNational: PhoneNumber | undefined): boolean {
  return local.isValid() && (!asNational?.isValid() || writesNationalPrefix(local))
}

/** Whether its country writes a prefix before the area code: 0 in Germany, nothing in Spain and the US. */
export function writesNationalPrefix(number: PhoneNumber): boolean {
  return number.formatNational().replace(/\D/g, '') !== number.nationalNumber
}
