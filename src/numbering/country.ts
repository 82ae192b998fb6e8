import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  Metadata,
  type NumberingPlan,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max'

/** Digits as a person in this country would write them, `+…` too; undefined when they cannot be a number. */
export function parseIn(country: string, digits: string): PhoneNumber | undefined {
  const known = knownCountry(country)
  const options = known ? { defaultCountry: known, extract: false } : { extract: false }
  return parsePhoneNumberFromString(digits, options)
}

/** `49` for `DE`; undefined when there is no numbering plan for that country. */
export function callingCodeOf(country: string): string | undefined {
  const known = knownCountry(country)
  return known && getCountryCallingCode(known)
}

/** What is dialled in this country before a country code: `00`, `011`. */
export function internationalPrefixOf(country: string): string {
  const known = knownCountry(country)
  if (!known) return '00'
  const metadata = new Metadata()
  metadata.selectNumberingPlan(known)
  const plan = metadata.numberingPlan
  // Where carriers are chosen by prefix the metadata hold a pattern; "00" (ITU-T E.123) is then the best guess.
  const candidates = [plan?.defaultIDDPrefix(), plan?.IDDPrefix()]
  return candidates.find((prefix) => prefix !== undefined && /^\d{2,}$/.test(prefix)) ?? '00'
}

/** What is dialled in this country before an area code; undefined where nothing is. */
export function nationalPrefixOf(country: string): string | undefined {
  const known = knownCountry(country)
  if (!known) return undefined
  const metadata = new Metadata()
  metadata.selectNumberingPlan(known)
  // The package has it, its types have not.
  const plan = metadata.numberingPlan as
    | (NumberingPlan & { nationalPrefix(): string | undefined })
    | undefined
  return plan?.nationalPrefix()
}

function knownCountry(country: string): CountryCode | undefined {
  return isSupportedCountry(country) ? country : undefined
}
