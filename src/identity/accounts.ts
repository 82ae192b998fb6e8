import type { UserEntry } from '../config/sections/users.ts'
import { type Aor, parseAor, printAor } from '../domain/aor.ts'
import type { DialRight } from '../domain/dial-right.ts'
import type { KnownExtension } from '../domain/known-extension.ts'
import type { Account } from './account.ts'
import { AccountIndex } from './account-index.ts'
import type { DigestAlgorithm } from './digest-credentials.ts'

/** Hosts that phones without DNS have as their domain. */
export interface HostAliases {
  /**
   * The domains that this host, lower case, may stand for: the first one in which the user is known, else the last. Undefined
   * for hosts that stand for none.
   */
  get(host: string): readonly string[] | undefined
}

export interface AccountSettings {
  readonly users: readonly UserEntry[]
  /** Domains served here: those of the box and those of its PBXs. The domains of the users count too. */
  readonly domains: readonly string[]
  readonly hostAliases?: HostAliases
  /** By which the users of a domain are asked where the digests of the config name no realm. Default: by the domain. */
  readonly realmOf?: (domain: string) => string
  /** Of imported users whose rights nobody has told. */
  readonly importedMayDial?: readonly DialRight[]
}

const leastRights: readonly DialRight[] = ['internal']

/** The users of the config and those that PBXs told of, found by every name they go by. */
export class Accounts {
  readonly #settings: AccountSettings
  readonly #domains: ReadonlySet<string>
  readonly #hostAliases: HostAliases
  readonly #imported = new Map<string, readonly KnownExtension[]>()
  readonly #listeners: (() => void)[] = []
  #index: AccountIndex

  /** Throws when two users claim the same name or number. */
  constructor(settings: AccountSettings) {
    const { domains, hostAliases = new Map<string, readonly string[]>() } = settings
    this.#settings = settings
    this.#index = this.#indexed()
    this.#hostAliases = hostAliases
    this.#domains = new Set([
      ...domains.map((domain) => domain.toLowerCase()),
      ...this.#index.all.map((account) => account.aor.domain),
    ])
  }

  /** Another array after each import, the same one before. */
  get all(): readonly Account[] {
    return this.#index.all
  }

  /**
   * All users that a PBX has told of, in place of those of before. The config wins where both name the same user, and is
   * filled in where it says nothing. Returns the names and numbers that somebody else has already, a sentence each.
   */
  setImported(domain: string, extensions: readonly KnownExtension[]): readonly string[] {
    this.#imported.set(domain, extensions)
    this.#index = this.#indexed()
    for (const listener of this.#listeners) listener()
    return this.#index.conflicts
  }

  /** Called after each import. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** The domain of ours that the host stands for in the name of this user; undefined when it is none of ours. */
  homeDomain({ user, domain: host }: Aor): string | undefined {
    const domain = host.toLowerCase()
    if (this.#domains.has(domain)) return domain
    const meant = this.#hostAliases.get(domain) ?? []
    return meant.find((each) => this.#index.byAor.has(printAor({ user, domain: each }))) ?? meant.at(-1)
  }

  /** The name by which a user of our domains is kept here, known or not; undefined when the domain is none of ours. */
  nameHere(name: Aor): Aor | undefined {
    const domain = this.homeDomain(name)
    return domain === undefined ? undefined : (this.byAor(name)?.aor ?? { user: name.user, domain })
  }

  /** By AoR, or by an alias in its domain. */
  byAor(name: Aor): Account | undefined {
    const domain = this.homeDomain(name)
    return domain === undefined ? undefined : this.#index.byAor.get(printAor({ user: name.user, domain }))
  }

  /** By `+49…`. */
  byNumber(e164: string): Account | undefined {
    return this.#index.byNumber.get(e164)
  }

  /** All whom a digest username can mean: `201`, an alias, a username of its own at the PBX, or `201@domain`. */
  byUsername(username: string): readonly Account[] {
    const named = this.#index.byName.get(username)
    if (named) return named
    const whole = parseAor(username)
    const account = whole && this.byAor(whole)
    return account ? [account] : []
  }

  /** HA1 for the username as the phone wrote it; undefined when none fits it, the realm and the algorithm. */
  ha1(account: Account, algorithm: DigestAlgorithm, username: string, realm: string): string | undefined {
    return this.#index.secrets.get(account.aorText)?.ha1(algorithm, username, realm)
  }

  /** By what the user could prove himself when he is asked in that realm; empty when the box cannot check him there. */
  algorithmsIn(account: Account, realm: string): readonly DigestAlgorithm[] {
    return this.#index.secrets.get(account.aorText)?.algorithmsIn(realm) ?? []
  }

  canProve(account: Account, realm: string): boolean {
    return this.algorithmsIn(account, realm).length > 0
  }

  /** What his phone writes as username in that realm. */
  usernameIn(account: Account, realm: string): string {
    return this.#index.secrets.get(account.aorText)?.usernameIn(realm) ?? account.aor.user
  }

  /** By which realm a PBX asks its phones, as the import told; undefined when nothing was imported. */
  importedRealm(domain: string): string | undefined {
    for (const { digests } of this.#imported.get(domain) ?? []) if (digests[0]) return digests[0].realm
    return undefined
  }

  #indexed(): AccountIndex {
    const { users, realmOf = (domain) => domain, importedMayDial = leastRights } = this.#settings
    const index = new AccountIndex()
    for (const user of users) index.addConfigured(user, realmOf)
    for (const [domain, extensions] of this.#imported)
      for (const extension of extensions) index.addImported(domain, extension, importedMayDial)
    return index
  }
}
