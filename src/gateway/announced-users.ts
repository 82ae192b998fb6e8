import { type AorText, aor, parseAor, printAor } from '../domain/aor.ts'
import type { Binding } from '../domain/binding.ts'
import type { Part } from '../lib/part.ts'

/** How soon the overlays hear of it. */
export type Pace = 'now' | 'in turn'

export interface AnnouncedUsersParts {
  readonly overlays: {
    publishUser(aor: AorText, contacts: number, pace: Pace): void
    withdrawUser(aor: AorText): void
  }
  readonly location: {
    aors(): Iterable<AorText>
    lookup(aor: AorText): readonly Binding[]
    onChange(listener: (aor: AorText, bindings: readonly Binding[]) => void): () => void
  }
  readonly accounts: {
    readonly all: readonly { readonly aorText: AorText; readonly aliases: readonly string[] }[]
  }
  /** By all their names. They always have somebody to ring. */
  readonly groups?: { readonly allNames: readonly AorText[] }
  /** What was announced before the box was started. */
  readonly settings: {
    get(key: string): Promise<Uint8Array | undefined>
    set(key: string, value: Uint8Array): Promise<void>
  }
}

const settingKey = 'announced users'

/**
 * Tells the overlays of this box's users: where phones are registered, and also who could register and has not, so that a
 * caller elsewhere hears "not available" and not "no such user". They are told of each name that a user goes by, so that
 * short numbers reach him from other sites too; names that the config or his PBX knows no more are taken back.
 */
export class AnnouncedUsers implements Part {
  readonly name = 'announced users'
  readonly #parts: AnnouncedUsersParts
  /** The names of each user, the AoR among them. */
  #users: ReadonlyMap<AorText, readonly AorText[]> = new Map()
  /** Those of the users and of the groups. */
  #names: ReadonlySet<AorText> = new Set()
  #unsubscribe: (() => void) | undefined

  constructor(parts: AnnouncedUsersParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    const { location } = this.#parts
    const before = await this.#announcedBefore()
    this.#look()
    // Other boxes know of the phones of before the start; those who register from now on come first.
    for (const user of location.aors()) this.#announce(user, location.lookup(user), 'in turn')
    for (const user of this.#users.keys())
      if (location.lookup(user).length === 0) this.#announce(user, [], 'in turn')
    this.#announceGroups(new Set())
    this.#takeBack(before)
    this.#unsubscribe = location.onChange((user, bindings) => this.#announce(user, bindings, 'now'))
    await this.#remember(before)
  }

  /** Users or groups were imported. Resolves when what was announced is kept. */
  async usersChanged(): Promise<void> {
    if (!this.#unsubscribe) return // not started: `start` will look
    const { overlays, location } = this.#parts
    const before = this.#names
    this.#look()
    for (const [user, names] of this.#users)
      for (const name of names)
        if (!before.has(name)) overlays.publishUser(name, location.lookup(user).length, 'in turn')
    this.#announceGroups(before)
    this.#takeBack(before)
    await this.#remember(before)
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.()
  }

  #look(): void {
    const { accounts, groups } = this.#parts
    this.#users = new Map(accounts.all.map((account) => [account.aorText, namesOf(account)]))
    this.#names = new Set([...[...this.#users.values()].flat(), ...(groups?.allNames ?? [])])
  }

  #announceGroups(before: ReadonlySet<AorText>): void {
    const { overlays, groups } = this.#parts
    for (const name of groups?.allNames ?? []) if (!before.has(name)) overlays.publishUser(name, 1, 'in turn')
  }

  #takeBack(before: ReadonlySet<AorText>): void {
    const { overlays, location } = this.#parts
    for (const name of before)
      if (!this.#names.has(name) && location.lookup(name).length === 0) overlays.withdrawUser(name)
  }

  #announce(user: AorText, bindings: readonly Binding[], pace: Pace): void {
    const { overlays } = this.#parts
    const names = this.#users.get(user)
    if (!names && bindings.length === 0) overlays.withdrawUser(user)
    else for (const name of names ?? [user]) overlays.publishUser(name, bindings.length, pace)
  }

  async #announcedBefore(): Promise<ReadonlySet<AorText>> {
    const value = await this.#parts.settings.get(settingKey)
    const names = value === undefined ? '' : Buffer.from(value).toString()
    return new Set(names.split('\n').filter((name): name is AorText => name !== ''))
  }

  async #remember(before: ReadonlySet<AorText>): Promise<void> {
    const isSame = before.size === this.#names.size && [...before].every((name) => this.#names.has(name))
    if (!isSame) await this.#parts.settings.set(settingKey, Buffer.from([...this.#names].join('\n')))
  }
}

function namesOf({ aorText, aliases }: AnnouncedUsersParts['accounts']['all'][number]): readonly AorText[] {
  const domain = parseAor(aorText)?.domain
  if (domain === undefined) return [aorText]
  return [aorText, ...aliases.map((alias) => printAor(aor(alias, domain)))]
}
