import { type E164, isE164 } from '../domain/phone-number.ts'
import { parseDialledUri } from '../domain/sip-uri.ts'
import { callingCodeOf, parseIn } from './country.ts'
import { withoutSeparators } from './read-dialled.ts'
import type { NumberFormat } from './trunk-format.ts'

/**
 * The number in what a trunk sends: a user part, a SIP URI or a tel URI. Undefined when there is none (anonymous
 * callers, account names). Bare digits are tried as the trunk's own format says, then as the country writes them.
 */
export function readFromTrunk(text: string, country: string, format?: NumberFormat): E164 | undefined {
  const { digits, context } = subscriberOf(text)
  if (!/^\+?\d{3,20}$/.test(digits)) return undefined
  if (digits.startsWith('+')) return isE164(digits) ? digits : undefined
  if (context?.startsWith('+')) return possible(`${withoutSeparators(context)}${digits}`, country)
  if (writesCountryCode(format) && !digits.startsWith('0')) {
    const full = valid(`+${digits}`, country)
    if (full) return full
  }
  const callingCode = callingCodeOf(country)
  const own = callingCode && digits.startsWith(callingCode) ? valid(`+${digits}`, country) : undefined
  return own ?? valid(digits, country) ?? valid(`+${digits}`, country) ?? possible(digits, country)
}

function subscriberOf(text: string): { digits: string; context?: string | undefined } {
  const uri = parseDialledUri(text)
  if (!uri) return { digits: withoutSeparators(text) }
  if (uri.scheme !== 'tel') return { digits: withoutSeparators(uri.user) }
  return { digits: withoutSeparators(uri.number), context: uri.parameters.get('phone-context') }
}

function writesCountryCode(format: NumberFormat | undefined): boolean {
  return format === 'e164' || format === '+e164'
}

function valid(digits: string, country: string): E164 | undefined {
  const number = parseIn(country, digits)
  return number?.isValid() ? number.number : undefined
}

function possible(digits: string, country: string): E164 | undefined {
  const number = parseIn(country, digits)
  return number?.isPossible() && isE164(number.number) ? number.number : undefined
}
