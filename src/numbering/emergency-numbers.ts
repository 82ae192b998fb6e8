import type { NumberingSection } from '../config/sections/numbering.ts'
import { callingCodeOf } from './country.ts'

/** What a country's people know by heart. Always recognised, whatever the config lists in addition. */
const byCountry: Readonly<Record<string, readonly string[]>> = {
  AT: ['112', '122', '133', '144'],
  AU: ['000', '106', '112'],
  BE: ['112', '101', '100'],
  BR: ['190', '192', '193'],
  CA: ['911'],
  CH: ['112', '117', '118', '144'],
  CN: ['110', '119', '120', '122'],
  CZ: ['112', '150', '155', '158'],
  DE: ['112', '110'],
  ES: ['112', '061', '080', '091'],
  FR: ['112', '15', '17', '18', '114'],
  GB: ['999', '112'],
  HK: ['999', '112'],
  IE: ['999', '112'],
  IN: ['112', '100', '101', '102', '108'],
  IT: ['112', '113', '115', '118'],
  JP: ['110', '119', '118'],
  KR: ['112', '119'],
  MX: ['911'],
  NO: ['110', '112', '113'],
  NZ: ['111'],
  PL: ['112', '997', '998', '999'],
  RU: ['112', '101', '102', '103'],
  SG: ['999', '995'],
  US: ['911'],
  ZA: ['112', '10111', '10177'],
}
const everywhereElse = ['112', '911']

/** What a call to the emergency service URN dials (RFC 5031). */
export function mainEmergencyNumber(plan: NumberingSection): string {
  return (byCountry[plan.country] ?? everywhereElse)[0] ?? '112'
}

export interface EmergencyNumber {
  readonly number: string
  readonly isTest: boolean
}

/** The emergency number that these digits mean, as it is written on a trunk; undefined for all other digits. */
export function emergencyNumberIn(digits: string, plan: NumberingSection): EmergencyNumber | undefined {
  const real = new Set([...plan.emergencyNumbers, ...(byCountry[plan.country] ?? everywhereElse)])
  for (const written of spellings(digits, plan)) {
    if (real.has(written)) return { number: written, isTest: false }
    if (written === plan.emergencyTestNumber) return { number: written, isTest: true }
  }
  return undefined
}

/** Also behind the outside-line prefix, and as phones store it that rewrite every contact: `+112`, `+49112`. */
function spellings(digits: string, plan: NumberingSection): string[] {
  const prefixes = ['', '+', `+${callingCodeOf(plan.country) ?? ''}`, plan.outsideLinePrefix]
  return prefixes.filter((prefix) => digits.startsWith(prefix)).map((prefix) => digits.slice(prefix.length))
}
