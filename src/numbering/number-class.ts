import type { PhoneNumber } from 'libphonenumber-js/max'
import type { NumberingSection } from '../config/sections/numbering.ts'
import type { CallClass } from '../domain/call-class.ts'
import type { E164 } from '../domain/phone-number.ts'
import { callingCodeOf, parseIn } from './country.ts'
import { serviceClassOf, serviceNumberIn } from './service-numbers.ts'

type ClassPlan = Pick<NumberingSection, 'country' | 'premiumPrefixes' | 'nationalPrefixes'>

/** Countries that share a calling code but not a tariff: abroad begins inside +1 and +7. */
const separateTariffs: ReadonlySet<string> = new Set(['1', '7'])
const territories: Readonly<Record<string, readonly string[]>> = { US: ['AS', 'GU', 'MP', 'PR', 'VI'] }

const shortestNumber = 6

/** What kind of call this number is from that country: the operator's prefixes first, then the world's plans. */
export function classOfNumber(number: E164, plan: ClassPlan): CallClass {
  const premium = longestPrefix(number, plan.premiumPrefixes)
  const national = longestPrefix(number, plan.nationalPrefixes)
  if (premium > national) return 'premium'
  const service = serviceNumberIn(number, plan.country)
  if (service !== undefined) return serviceClassOf(service, plan.country) ?? 'national'

  const parsed = assignedNumber(number, plan.country) ?? parseIn(plan.country, number)
  const type = parsed?.getType()
  const isHome = national > 0 || (parsed !== undefined && isDomestic(parsed, plan.country))
  switch (type) {
    case 'PREMIUM_RATE':
      return 'premium'
    case 'TOLL_FREE':
      return isHome || isFreeFromHere(parsed, plan.country) ? 'toll-free' : 'international'
    case 'MOBILE':
      return isHome ? 'mobile' : 'international'
    default:
      return isHome ? 'national' : 'international'
  }
}

/** Exchanges ignore digits dialled too many: 0900 and seven digits cost what they cost with nine. */
function assignedNumber(number: E164, country: string): PhoneNumber | undefined {
  for (let length = number.length; length >= shortestNumber; length--) {
    const parsed = parseIn(country, number.slice(0, length))
    if (parsed?.isValid()) return parsed
  }
  return undefined
}

function longestPrefix(number: E164, prefixes: readonly string[]): number {
  let longest = 0
  for (const prefix of prefixes)
    if (prefix.length > longest && number.startsWith(prefix)) longest = prefix.length
  return longest
}

function isDomestic({ country, countryCallingCode }: PhoneNumber, home: string): boolean {
  if (countryCallingCode !== callingCodeOf(home)) return false
  if (country === undefined || country === home || !separateTariffs.has(countryCallingCode)) return true
  return territories[home]?.includes(country) ?? false
}

/** Universal freephone numbers (+800), and those that several countries of one calling code have in common. */
function isFreeFromHere(number: PhoneNumber | undefined, home: string): boolean {
  return number?.countryCallingCode === '800' || number?.countryCallingCode === callingCodeOf(home)
}
