import type { NumberFormat } from '../config/sections/trunk-numbers.ts'
import type { E164 } from '../domain/phone-number.ts'
import { callingCodeOf, internationalPrefixOf, parseIn } from './country.ts'
import { serviceNumberIn } from './service-numbers.ts'

/** Where somebody writes a number down. */
export interface Place {
  /** ISO 3166. */
  readonly country: string
  /** Without the national prefix; empty when local forms are not used. */
  readonly areaCode: string
}

/** The digits of a number as they are written in that place; service numbers of the place are always bare. */
export function writeNumber(number: E164, format: NumberFormat, place: Place): string {
  const service = serviceNumberIn(number, place.country)
  if (service !== undefined) return service
  const digits = number.slice(1)
  switch (format) {
    case '+e164':
      return number
    case 'e164':
      return digits
    case 'international':
      return internationalForm(number, place)
    case 'national':
      return nationalForm(number, place) ?? internationalForm(number, place)
    case 'local':
      return localForm(number, place) ?? nationalForm(number, place) ?? internationalForm(number, place)
  }
}

/** For people: as their own country writes it, `+44 20 7946 0958` when it is abroad. */
export function displayNumber(number: E164, place: Place): string {
  const parsed = parseIn(place.country, number)
  if (!parsed) return number
  const service = serviceNumberIn(number, place.country)
  if (service !== undefined) return service
  return parsed.countryCallingCode === callingCodeOf(place.country)
    ? parsed.formatNational()
    : parsed.formatInternational()
}

function internationalForm(number: E164, { country }: Place): string {
  return internationalPrefixOf(country) + number.slice(1)
}

function nationalForm(number: E164, { country }: Place): string | undefined {
  const parsed = parseIn(country, number)
  if (!parsed || parsed.countryCallingCode !== callingCodeOf(country)) return undefined
  return parsed.formatNational().replace(/\D/g, '')
}

/** Undefined too when the rest begins with 0: it would be read as an area code. */
function localForm(number: E164, { country, areaCode }: Place): string | undefined {
  const area = `+${callingCodeOf(country)}${areaCode}`
  if (areaCode === '' || !number.startsWith(area) || number.startsWith(`${area}0`)) return undefined
  return number.slice(area.length)
}
