import type { CallClass } from '../domain/call-class.ts'
import { DigitPattern } from '../domain/digit-pattern.ts'
import type { E164 } from '../domain/phone-number.ts'
import { callingCodeOf } from './country.ts'

// Harmonised numbers of social value, free of charge (Commission Decision 2007/116/EC).
const european = { '116XXX': 'toll-free' } as const

/** Short numbers that only their own country understands and that call nobody to an emergency, with what they cost. */
const byCountry: Readonly<Record<string, Readonly<Record<string, CallClass>>>> = {
  AT: { ...european, '118X{2,3}': 'premium' },
  CA: { '[2357]11|811': 'toll-free', '988': 'toll-free', '411|611': 'national' },
  CH: { '143|145|147': 'toll-free', '18[0-9]X': 'premium' },
  DE: { ...european, '115': 'national', '118X{2,3}': 'premium' },
  ES: { ...european, '016': 'toll-free', '010|012|060': 'national', '118XX': 'premium' },
  FR: { ...european, '10XX|3[01]XX': 'toll-free', '3[2-9]XX|118XXX': 'premium' },
  GB: { ...european, '101|105|111|119': 'toll-free', '118XXX': 'premium', '123': 'national' },
  IT: { ...european, '114|117|15XX': 'toll-free', '12XX': 'premium' },
  US: { '[2357]11|811': 'toll-free', '988': 'toll-free', '611': 'national', '411': 'premium' },
}

interface ServiceNumbers {
  readonly pattern: DigitPattern
  readonly callClass: CallClass
}

const compiled: ReadonlyMap<string, readonly ServiceNumbers[]> = new Map(
  Object.entries(byCountry).map(([country, numbers]) => [
    country,
    Object.entries(numbers).map(([text, callClass]) => ({ pattern: new DigitPattern(text), callClass })),
  ]),
)

/** Of what kind a short service number of that country is; undefined for all other digits. */
export function serviceClassOf(digits: string, country: string): CallClass | undefined {
  if (digits.length > 6) return undefined
  return compiled.get(country)?.find(({ pattern }) => pattern.fits(digits))?.callClass
}

/** `115` for `+49115` in Germany: a service number, as inside the box, without its country code. */
export function serviceNumberIn(number: E164, country: string): string | undefined {
  const prefix = `+${callingCodeOf(country) ?? ''}`
  const digits = number.startsWith(prefix) ? number.slice(prefix.length) : ''
  return serviceClassOf(digits, country) === undefined ? undefined : digits
}
