import type { NumberingSection } from '../config/sections/numbering.ts'
import type { PbxEntry } from '../config/sections/pbxs.ts'
import type { Aor } from '../domain/aor.ts'
import type { CallClass } from '../domain/call-class.ts'
import type { Dialled, E164 } from '../domain/phone-number.ts'
import { callingCodeOf } from './country.ts'
import { DialledReader } from './dialled-reader.ts'
import { type DidRow, DidTable } from './did-table.ts'
import { type EmergencyNumber, emergencyNumberAbroad, emergencyNumberOfUrn } from './emergency-numbers.ts'
import { classOfNumber } from './number-class.ts'
import { doubtAbout } from './number-doubt.ts'
import { TrunkNumberPlan, type TrunkNumberSettings } from './trunk-number-plan.ts'
import { readSubscriber, subscriberOf } from './trunk-reading.ts'
import { displayNumber, writeNumber } from './written-number.ts'

/** The site's way of writing numbers, bound to its config. */
export class DialPlan {
  readonly #section: NumberingSection
  readonly #reader: DialledReader
  readonly #pbxReaders: ReadonlyMap<string, DialledReader>
  readonly #dids: DidTable
  readonly #importedDids = new Map<string, readonly DidRow[]>()
  #imported = new DidTable([])

  /** `dids` is all that gives numbers to somebody, see `configuredDids`. */
  constructor(
    section: NumberingSection,
    dids: readonly DidRow[] = section.dids,
    pbxs: readonly Pick<PbxEntry, 'name' | 'outsideLinePrefix'>[] = [],
  ) {
    this.#section = section
    this.#reader = new DialledReader(section)
    this.#pbxReaders = new Map(
      pbxs.map(({ name, outsideLinePrefix }) => [name, new DialledReader(section, outsideLinePrefix)]),
    )
    this.#dids = new DidTable(dids)
  }

  /** `+49`: the context of a number that only this country understands (RFC 3966 §5.1.5). */
  get phoneContext(): string {
    return `+${callingCodeOf(this.#section.country) ?? ''}`
  }

  /** What `urn:service:sos.police` and its like dial here; undefined for all that is no such URN (RFC 5031). */
  emergencyNumberOfUrn(urn: string): EmergencyNumber | undefined {
    return emergencyNumberOfUrn(urn, this.#section)
  }

  /** The number that does at an exchange in that country what this one does here; the same where none is given. */
  emergencyNumberAbroad(number: string, country: string | undefined): string {
    return emergencyNumberAbroad(number, this.#section.country, country ?? this.#section.country)
  }

  /** IANA name, for opening hours and night rules. */
  get timeZone(): string {
    return this.#section.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone
  }

  /** `pbx`: the name of the PBX that has sent the digits; undefined for those of phones and of everybody else. */
  readDialled(digits: string, pbx?: string): Dialled {
    const reader = pbx === undefined ? this.#reader : (this.#pbxReaders.get(pbx) ?? this.#reader)
    return reader.read(digits)
  }

  /** The user or group, here or at another site, that a direct number rings. */
  didOf(number: E164): Aor | undefined {
    return this.#dids.userOf(number) ?? this.#imported.userOf(number)
  }

  /** Direct numbers that PBXs have told of. */
  get importedDids(): readonly E164[] {
    return [...this.#importedDids.values()].flat().flatMap(({ numbers }) => numbers)
  }

  /** All direct numbers that a PBX has told of, in place of those of before. The config comes before them. */
  setImportedDids(domain: string, rows: readonly DidRow[]): void {
    this.#importedDids.set(domain, rows)
    this.#imported = new DidTable([...this.#importedDids.values()].flat())
  }

  /** What kind of call this is from the site: rights, limits and rates follow it. */
  classOf(number: E164): CallClass {
    return classOfNumber(number, this.#section)
  }

  /** As people of the site write it: `030 1234567`, `+44 20 7946 0958`. */
  display(number: E164): string {
    return displayNumber(number, this.#section)
  }

  /** As the site's phones show a caller from outside, so that dialling it calls back: `0030…` behind a 0 for outside. */
  onPhone(number: E164): string {
    const { callersOnPhones, outsideLinePrefix } = this.#section
    const written = writeNumber(number, callersOnPhones, this.#section)
    return written.startsWith('+') ? written : outsideLinePrefix + written
  }

  /** Why nobody may answer at this number; undefined when the world's plans know its range. */
  doubtAbout(number: E164): string | undefined {
    return doubtAbout(number)
  }

  /** The number in what a PBX or another neighbour sends: a user part, a SIP URI or a tel URI. */
  readFromTrunk(text: string): E164 | undefined {
    return readSubscriber(subscriberOf(text), this.#section)
  }

  onTrunk(trunk: TrunkNumberSettings): TrunkNumberPlan {
    return new TrunkNumberPlan(trunk, this.#section)
  }
}
