import type { CivicAddress, EmergencyPlace, EmergencySection } from '../config/sections/emergency.ts'
import { type Aor, parseAor, printAor } from '../domain/aor.ts'
import { AddressSet } from '../lib/address-set.ts'

/** Where somebody calls from. */
export interface Place {
  /** For people; empty when the operator has said nothing. */
  readonly location: string
  readonly civic: CivicAddress | undefined
}

interface KnownPlace extends Place {
  readonly users: ReadonlySet<string>
  readonly networks: AddressSet
}

/** The parts of the site that have a location of their own. */
export class Places {
  readonly #site: Place
  readonly #places: readonly KnownPlace[]

  constructor({ location, civic, places }: Pick<EmergencySection, 'location' | 'civic' | 'places'>) {
    this.#site = { location, civic }
    this.#places = places.map(knownPlace)
  }

  /** The first place in the operator's order that the caller or his address is at; else the site. */
  of(caller: Aor | undefined, address: string | undefined): Place {
    const name = caller && printAor(caller)
    const found = this.#places.find(
      ({ users, networks }) =>
        (name !== undefined && users.has(name)) || (address !== undefined && networks.has(address)),
    )
    return found ?? this.#site
  }
}

function knownPlace({ users, networks, location, civic }: EmergencyPlace): KnownPlace {
  const names = users.flatMap((text) => parseAor(text) ?? []).map(printAor)
  return { location, civic, users: new Set(names), networks: new AddressSet(networks) }
}
