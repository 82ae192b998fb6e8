import type { GroupEntry } from '../config/sections/groups.ts'
import { type Aor, type AorText, aor, parseAor, printAor } from '../domain/aor.ts'
import type { CallGroup, Groups } from './site.ts'

/** Names that users have. */
export interface TakenNames {
  resolve(name: Aor): Aor | undefined
}

/** Of somebody who rings in turn, when the config does not say. */
const turnSeconds = 20

/** The groups of the config, by every name that they go by. */
export class CallGroups implements Groups {
  /** Of every group, without its aliases. */
  readonly names: readonly AorText[]
  readonly #byName = new Map<AorText, CallGroup>()

  /** Throws when a group has a name that a user has already. */
  constructor(entries: readonly GroupEntry[], users: TakenNames) {
    this.names = entries.map((entry) => printAor(this.#add(entry, users).aor))
  }

  resolve(name: Aor): CallGroup | undefined {
    return this.#byName.get(printAor(name))
  }

  #add(entry: GroupEntry, users: TakenNames): CallGroup {
    const name = nameIn(entry.aor)
    const { ring, ringSeconds = ring === 'in-turn' ? turnSeconds : undefined } = entry
    const group: CallGroup = { aor: name, members: entry.members.map(nameIn), ring, ringSeconds }
    for (const user of [name.user, ...entry.aliases]) {
      const other = aor(user, name.domain)
      const owner = users.resolve(other)
      if (owner) throw new Error(`groups: ${printAor(other)} is taken by the user ${printAor(owner)}`)
      this.#byName.set(printAor(other), group)
    }
    return group
  }
}

function nameIn(text: string): Aor {
  const name = parseAor(text)
  if (!name) throw new Error(`groups: "${text}" is not an address of record`)
  return name
}
