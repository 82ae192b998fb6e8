import type { NumberingSection } from '../config/sections/numbering.ts'
import { callingCodeOf, internationalPrefixOf, parseIn } from './country.ts'
import {
  type EmergencyService,
  emergencyNumberFor,
  emergencyNumbersOf,
  emergencyServiceOf,
} from './emergency-countries.ts'

export type EmergencyPlan = Pick<
  NumberingSection,
  | 'country'
  | 'areaCode'
  | 'outsideLinePrefix'
  | 'withholdPrefix'
  | 'showPrefix'
  | 'emergencyNumbers'
  | 'emergencyTestNumber'
>

export interface EmergencyNumber {
  readonly number: string
  readonly isTest: boolean
}

// RFC 5031 §4.1; RFC 6881 §15 for the test.
const serviceUrn = /^urn:service:(test\.)?sos(?:\.([a-z0-9.-]+))?$/i
const services: ReadonlySet<string> = new Set(['ambulance', 'fire', 'police', 'marine', 'mountain'])

/** What a call to the emergency service URN dials. */
export function mainEmergencyNumber(plan: Pick<EmergencyPlan, 'country'>): string {
  return emergencyNumberFor('sos', plan.country)
}

/**
 * What a call to `urn:service:sos.police` and its like dials here; undefined for all that is no such URN, and for the
 * test service where there is no test number.
 */
export function emergencyNumberOfUrn(urn: string, plan: EmergencyPlan): EmergencyNumber | undefined {
  const match = serviceUrn.exec(urn)
  if (!match) return undefined
  const [, test, name = ''] = match
  if (test !== undefined) {
    const { emergencyTestNumber: number } = plan
    return number === undefined ? undefined : { number, isTest: true }
  }
  // RFC 5031 §3: who does not know the whole name goes by its beginning.
  const [service = ''] = name.toLowerCase().split('.')
  const known = services.has(service) ? (service as EmergencyService) : 'sos'
  return { number: emergencyNumberFor(known, plan.country), isTest: false }
}

/** The emergency number that these digits mean, as it is written on a trunk; undefined for all other digits. */
export function emergencyNumberIn(digits: string, plan: EmergencyPlan): EmergencyNumber | undefined {
  // Some phones send the key that ended the dialling.
  const dialled = digits.replace(/#$/, '')
  const number = realNumbersOf(plan).find((real) => means(dialled, real, plan))
  if (number !== undefined) return { number, isTest: false }
  const test = plan.emergencyTestNumber
  return test !== undefined && means(dialled, test, plan) ? { number: test, isTest: true } : undefined
}

/** The number that does in another country what this one does here: 999 from London on a trunk in Berlin is 112. */
export function emergencyNumberAbroad(number: string, from: string, to: string): string {
  if (from === to) return number
  return emergencyNumberFor(emergencyServiceOf(number, from), to)
}

/** Every form in which an emergency number or the test number is recognised, each with the number that it means. */
export function emergencySpellings(plan: EmergencyPlan): ReadonlyMap<string, EmergencyNumber> {
  const test = plan.emergencyTestNumber === undefined ? [] : [plan.emergencyTestNumber]
  const spellings = new Map<string, EmergencyNumber>()
  for (const prefix of [...dialledPrefixesOf(plan), ...manglingsOf(plan), localMangling(plan)]) {
    for (const number of [...realNumbersOf(plan), ...test]) {
      const found = emergencyNumberIn(prefix + number, plan)
      if (found) spellings.set(prefix + number, found)
    }
  }
  return spellings
}

function realNumbersOf({ country, emergencyNumbers }: EmergencyPlan): readonly string[] {
  return [...emergencyNumbers, ...emergencyNumbersOf(country)]
}

function means(dialled: string, number: string, plan: EmergencyPlan): boolean {
  if (!dialled.endsWith(number)) return false
  const before = dialled.slice(0, -number.length)
  // No exchange gives out local numbers that begin with one.
  if (dialledPrefixesOf(plan).includes(before) || before === localMangling(plan)) return true
  return manglingsOf(plan).includes(before) && !isSubscriber(dialled, plan)
}

/** What people dial before a number: for an outside line, to hide their own number or to show it. */
function dialledPrefixesOf({
  outsideLinePrefix,
  withholdPrefix,
  showPrefix,
}: EmergencyPlan): readonly string[] {
  const wishes = ['', withholdPrefix, showPrefix]
  return [...wishes, ...wishes.flatMap((wish) => [wish + outsideLinePrefix, outsideLinePrefix + wish])]
}

/** What phones and PBXs put before it that rewrite every number: `+112`, `+49112`, `0049112`. */
function manglingsOf({ country, outsideLinePrefix }: EmergencyPlan): readonly string[] {
  const code = callingCodeOf(country) ?? ''
  return ['+', `${outsideLinePrefix}+`, `+${code}`, `${internationalPrefixOf(country)}${code}`]
}

/** The same with the area code: `+4930112`. */
function localMangling({ country, areaCode }: EmergencyPlan): string {
  return `+${callingCodeOf(country) ?? ''}${areaCode}`
}

/** A subscriber's number that only ends like it. */
function isSubscriber(digits: string, { country }: EmergencyPlan): boolean {
  return parseIn(country, digits)?.isValid() ?? false
}
