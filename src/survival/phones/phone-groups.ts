import { isUserPattern, type PhoneWay } from '../../config/sections/phone-groups.ts'
import { type Aor, type AorText, parseAor } from '../../domain/aor.ts'
import { DigitPattern } from '../../domain/digit-pattern.ts'

/** What the config says of a PBX's phones. */
export interface GroupedPbx {
  readonly name: string
  readonly domain: string
  readonly way: PhoneWay
  readonly phoneGroups: readonly {
    readonly name: string
    readonly users: readonly string[]
    readonly way?: PhoneWay | undefined
  }[]
}

export interface PhoneGroup {
  readonly name: string
  readonly pbx: string
  readonly domain: string
  readonly way: PhoneWay
}

interface KnownGroup extends PhoneGroup {
  readonly names: ReadonlySet<string>
  readonly patterns: readonly DigitPattern[]
}

interface KnownPbx {
  readonly way: PhoneWay
  readonly groups: readonly KnownGroup[]
}

/** Which phones of a PBX belong together, and how each of them stands to the box and the PBX. */
export class PhoneGroups {
  readonly #pbxs: ReadonlyMap<string, KnownPbx>

  constructor(pbxs: readonly GroupedPbx[]) {
    this.#pbxs = new Map(pbxs.map((pbx) => [pbx.domain, { way: pbx.way, groups: groupsOf(pbx) }]))
  }

  /** Undefined when no PBX serves the user's domain. */
  wayOf(user: Aor): PhoneWay | undefined {
    return this.#groupOf(user)?.way ?? this.#pbxs.get(user.domain)?.way
  }

  /** The first group that the user is in. */
  groupOf(user: Aor): PhoneGroup | undefined {
    return this.#groupOf(user)
  }

  /** All groups of that name: PBXs may use the same. */
  named(name: string): readonly PhoneGroup[] {
    return [...this.#pbxs.values()].flatMap(({ groups }) => groups).filter((group) => group.name === name)
  }

  /** Those of the users who are in a group of that name. */
  usersOf(name: string, among: Iterable<AorText>): readonly AorText[] {
    return [...among].filter((text) => {
      const user = parseAor(text)
      return user !== undefined && this.#groupOf(user)?.name === name
    })
  }

  #groupOf({ user, domain }: Aor): KnownGroup | undefined {
    return this.#pbxs
      .get(domain)
      ?.groups.find(({ names, patterns }) => names.has(user) || patterns.some((each) => each.fits(user)))
  }
}

function groupsOf({ name: pbx, domain, way, phoneGroups }: GroupedPbx): readonly KnownGroup[] {
  return phoneGroups.map((group) => ({
    name: group.name,
    pbx,
    domain,
    way: group.way ?? way,
    names: new Set(group.users),
    patterns: group.users.filter(isUserPattern).map((text) => new DigitPattern(text)),
  }))
}
