import type { NumberingSection } from '../config/sections/numbering.ts'
import type { Dialled, E164 } from '../domain/phone-number.ts'
import { callingCodeOf } from './country.ts'
import { mainEmergencyNumber } from './emergency-numbers.ts'
import { readDialled } from './read-dialled.ts'
import { readFromTrunk } from './read-from-trunk.ts'
import { formatForTrunk, type NumberFormat } from './trunk-format.ts'

/** The site's way of writing numbers, bound to its config. */
export class DialPlan {
  readonly #section: NumberingSection

  constructor(section: NumberingSection) {
    this.#section = section
  }

  /** `+49`: the context of a number that only this country understands (RFC 3966 §5.1.5). */
  get phoneContext(): string {
    return `+${callingCodeOf(this.#section.country) ?? ''}`
  }

  get emergencyNumber(): string {
    return mainEmergencyNumber(this.#section)
  }

  readDialled(digits: string): Dialled {
    return readDialled(digits, this.#section)
  }

  formatForTrunk(number: E164, format: NumberFormat): string {
    return formatForTrunk(number, format, this.#section.country)
  }

  readFromTrunk(text: string, format?: NumberFormat): E164 | undefined {
    return readFromTrunk(text, this.#section.country, format)
  }
}
