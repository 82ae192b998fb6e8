import type { E164 } from '../domain/phone-number.ts'
import { callingCodeOf, internationalPrefixOf, parseIn } from './country.ts'

/** How a trunk writes numbers: `+4930…`, `4930…`, `030…`, `004930…`. */
export type NumberFormat = '+e164' | 'e164' | 'national' | 'international'

/** The number as this trunk wants it; `country` is where the trunk's provider is. */
export function formatForTrunk(number: E164, format: NumberFormat, country: string): string {
  const digits = number.slice(1)
  switch (format) {
    case '+e164':
      return number
    case 'e164':
      return digits
    case 'international':
      return internationalPrefixOf(country) + digits
    case 'national':
      return nationalForm(number, country) ?? internationalPrefixOf(country) + digits
  }
}

function nationalForm(number: E164, country: string): string | undefined {
  const parsed = parseIn(country, number)
  if (!parsed || parsed.countryCallingCode !== callingCodeOf(country)) return undefined
  return parsed.formatNational().replace(/\D/g, '')
}
