import type { NumberHeader } from '../config/sections/trunk-numbers.ts'
import type { TrunkEntry } from '../config/sections/trunks.ts'
import type { E164 } from '../domain/phone-number.ts'

/** How numbers are written on one trunk and read from it. */
export interface TrunkNumbers {
  /** User part of a SIP URI, escapes done; short numbers (emergency) as they are. */
  format(number: E164, header: NumberHeader): string
  /** The number in a user part, a SIP URI or a tel URI, with or without name. */
  read(text: string, header: NumberHeader): E164 | undefined
}

/** The site's plan, as trunks need it. */
export interface SiteNumbers {
  onTrunk(entry: TrunkEntry): TrunkNumbers
  /** The number in what a user, a PBX or another box says of itself. */
  readFromTrunk(text: string): E164 | undefined
}
