import type { NumberFormat } from '../config/sections/trunk-numbers.ts'
import { type E164, isE164 } from '../domain/phone-number.ts'
import { parseDialledUri } from '../domain/sip-uri.ts'
import { callingCodeOf, internationalPrefixOf, parseIn } from './country.ts'
import { withoutSeparators } from './dialled-reader.ts'
import { localNumber, meansLocal, possibleNumber, writesNationalPrefix } from './local-number.ts'
import type { Place } from './written-number.ts'

/** The part of a SIP or tel URI that holds a number. */
export interface Subscriber {
  /** Without separators; may hold letters when it is an account name. */
  readonly digits: string
  /** `phone-context` of a tel URI (RFC 3966 §5.1.5). */
  readonly context: string | undefined
}

/** From a user part, a SIP URI, a tel URI, or a header with one of them. */
export function subscriberOf(text: string): Subscriber {
  const uri = parseDialledUri(text)
  if (!uri) return { digits: withoutSeparators(text), context: undefined }
  if (uri.scheme !== 'tel') return { digits: withoutSeparators(uri.user), context: undefined }
  return { digits: withoutSeparators(uri.number), context: uri.parameters.get('phone-context') }
}

/**
 * The number that a trunk in that place means; undefined when there is none (anonymous callers, account names). Bare
 * digits are tried as the trunk's own format says, then as the country writes them.
 */
export function readSubscriber(
  { digits, context }: Subscriber,
  place: Place,
  format?: NumberFormat,
): E164 | undefined {
  const { country } = place
  if (!/^\+?\d{3,20}$/.test(digits)) return undefined
  if (digits.startsWith('+')) return isE164(digits) ? digits : undefined
  if (context?.startsWith('+')) return possible(`${withoutSeparators(context)}${digits}`, country)
  if ((format === 'e164' || format === '+e164') && !digits.startsWith('0')) {
    // Where a plus sign was to be written, its absence is a hint that these are digits of the country itself.
    const home = format === '+e164' ? writtenAtHome(digits, country) : undefined
    const full = home ?? valid(`+${digits}`, country)
    if (full) return full
  }
  if (format === 'local') {
    const local = localNumber(digits, place)
    if (local && meansLocal(local, parseIn(country, digits))) return local.number
  }
  // Where a caller chooses a carrier between the prefix and the country code, trunks leave that out.
  const international = internationalPrefixOf(country)
  const abroad = digits.startsWith(international)
    ? valid(`+${digits.slice(international.length)}`, country)
    : undefined
  if (abroad) return abroad
  const callingCode = callingCodeOf(country)
  const own = callingCode && digits.startsWith(callingCode) ? valid(`+${digits}`, country) : undefined
  return own ?? valid(digits, country) ?? valid(`+${digits}`, country) ?? possible(digits, country)
}

function valid(digits: string, country: string): E164 | undefined {
  const number = parseIn(country, digits)
  return number?.isValid() ? number.number : undefined
}

/** Digits that are a whole number where no prefix is written before it: 2035551234 in the US is not +20 35551234. */
function writtenAtHome(digits: string, country: string): E164 | undefined {
  const number = parseIn(country, digits)
  if (!number?.isValid() || number.nationalNumber !== digits || writesNationalPrefix(number)) return undefined
  return number.number
}

function possible(digits: string, country: string): E164 | undefined {
  return possibleNumber(parseIn(country, digits))?.number
}
