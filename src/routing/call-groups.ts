import type { GroupEntry } from '../config/sections/groups.ts'
import { type Aor, type AorText, aor, parseAor, printAor } from '../domain/aor.ts'
import type { KnownGroup } from '../domain/known-extension.ts'
import type { CallGroup, Groups } from './site.ts'

/** Names that users have. */
export interface TakenNames {
  resolve(name: Aor): Aor | undefined
}

/** Of somebody who rings in turn, when nobody says. */
const turnSeconds = 20

/** The groups of the config and those that PBXs told of, by every name that they go by. */
export class CallGroups implements Groups {
  readonly #configured = new Map<AorText, CallGroup>()
  readonly #configuredNames: readonly AorText[]
  readonly #users: TakenNames
  readonly #imported = new Map<string, readonly KnownGroup[]>()
  #names: readonly AorText[]
  #byName: Map<AorText, CallGroup>

  /** Throws when a group has a name that a user has already. */
  constructor(entries: readonly GroupEntry[], users: TakenNames) {
    this.#users = users
    this.#configuredNames = entries.map((entry) => printAor(this.#addConfigured(entry).aor))
    this.#names = this.#configuredNames
    this.#byName = this.#configured
  }

  /** Of every group, without its aliases. */
  get names(): readonly AorText[] {
    return this.#names
  }

  /** Of every group, with its aliases. */
  get allNames(): readonly AorText[] {
    return [...this.#byName.keys()]
  }

  resolve(name: Aor): CallGroup | undefined {
    return this.#byName.get(printAor(name))
  }

  /** Whether the config gives the name to a group. */
  isConfigured(name: Aor): boolean {
    return this.#configured.has(printAor(name))
  }

  /**
   * All groups that a PBX has told of, in place of those of before. Returns what was left out, a sentence each, because
   * a user or a group of the config has the name.
   */
  setImported(domain: string, groups: readonly KnownGroup[]): readonly string[] {
    this.#imported.set(domain, groups)
    this.#byName = new Map(this.#configured)
    const names = [...this.#configuredNames]
    const leftOut: string[] = []
    for (const [at, told] of this.#imported)
      for (const group of told) {
        const owner = this.#ownerOf(aor(group.user, at))
        if (owner === undefined) names.push(printAor(this.#addImported(at, group).aor))
        else leftOut.push(`the group ${group.user} of ${at}: its name is taken by ${printAor(owner)}`)
      }
    this.#names = names
    return leftOut
  }

  #addConfigured(entry: GroupEntry): CallGroup {
    const name = nameIn(entry.aor)
    const group = callGroup(name, entry.members.map(nameIn), entry)
    for (const user of [name.user, ...entry.aliases]) {
      const other = aor(user, name.domain)
      const owner = this.#users.resolve(other)
      if (owner) throw new Error(`groups: ${printAor(other)} is taken by the user ${printAor(owner)}`)
      this.#configured.set(printAor(other), group)
    }
    return group
  }

  #addImported(domain: string, known: KnownGroup): CallGroup {
    const members = known.members.map((member) => parseAor(member) ?? aor(member, domain))
    const group = callGroup(aor(known.user, domain), members, known)
    for (const user of [known.user, ...known.aliases]) {
      const name = aor(user, domain)
      if (!this.#ownerOf(name)) this.#byName.set(printAor(name), group)
    }
    return group
  }

  #ownerOf(name: Aor): Aor | undefined {
    return this.#users.resolve(name) ?? this.#byName.get(printAor(name))?.aor
  }
}

function callGroup(
  name: Aor,
  members: readonly Aor[],
  { ring, ringSeconds }: { readonly ring: CallGroup['ring']; readonly ringSeconds?: number | undefined },
): CallGroup {
  return {
    aor: name,
    members,
    ring,
    ringSeconds: ringSeconds ?? (ring === 'in-turn' ? turnSeconds : undefined),
  }
}

function nameIn(text: string): Aor {
  const name = parseAor(text)
  if (!name) throw new Error(`groups: "${text}" is not an address of record`)
  return name
}
