import type { UserEntry } from '../config/sections/users.ts'
import { type Aor, type AorText, aor, parseAor, printAor } from '../domain/aor.ts'
import type { DigestAlgorithm } from './digest-credentials.ts'
import { digestHa1 } from './digest-response.ts'

/** A user of this box, without secrets. */
export interface Account {
  readonly aor: Aor
  readonly aorText: AorText
  readonly displayName: string | undefined
  readonly aliases: readonly string[]
  /** E.164, the caller ID first. */
  readonly numbers: readonly string[]
  /** The one of them that is shown instead of the first. */
  readonly callerId: string | undefined
  readonly withholdsNumber: boolean
  readonly mayDial: UserEntry['mayDial']
}

export interface AccountSettings {
  readonly users: readonly UserEntry[]
  /** Domains served here: those of the box and those of its PBXs. The domains of the users count too. */
  readonly domains: readonly string[]
  /** Other names of the first domain, such as the box's own addresses, which phones without DNS use as theirs. */
  readonly hostAliases?: readonly string[]
}

const maxRememberedHa1 = 16

interface Secrets {
  readonly password: string | undefined
  readonly ha1: UserEntry['ha1']
  readonly remembered: Map<string, string>
}

/** The users of the config, found by every name they go by. */
export class Accounts {
  readonly all: readonly Account[]
  readonly #domains: ReadonlySet<string>
  readonly #defaultDomain: string | undefined
  readonly #hostAliases: ReadonlySet<string>
  readonly #byAor = new Map<AorText, Account>()
  readonly #byName = new Map<string, Account[]>()
  readonly #byNumber = new Map<string, Account>()
  readonly #secrets = new Map<AorText, Secrets>()

  /** Throws when two users claim the same name or number. */
  constructor({ users, domains, hostAliases = [] }: AccountSettings) {
    this.all = users.map((user) => this.#add(user))
    this.#defaultDomain = domains[0]?.toLowerCase()
    this.#hostAliases = new Set(hostAliases.map((host) => host.toLowerCase()))
    this.#domains = new Set([
      ...domains.map((domain) => domain.toLowerCase()),
      ...this.all.map((account) => account.aor.domain),
    ])
  }

  /** The domain of ours that this host stands for; undefined when it is none of ours. */
  homeDomain(host: string): string | undefined {
    const domain = host.toLowerCase()
    if (this.#domains.has(domain)) return domain
    return this.#hostAliases.has(domain) ? this.#defaultDomain : undefined
  }

  /** By AoR, or by an alias in its domain. */
  byAor(name: Aor): Account | undefined {
    const domain = this.homeDomain(name.domain)
    return domain === undefined ? undefined : this.#byAor.get(printAor({ user: name.user, domain }))
  }

  /** By `+49…`. */
  byNumber(e164: string): Account | undefined {
    return this.#byNumber.get(e164)
  }

  /** All whom a digest username can mean: `201`, an alias, or `201@domain`. */
  byUsername(username: string): readonly Account[] {
    const named = this.#byName.get(username)
    if (named) return named
    const whole = parseAor(username)
    const account = whole && this.byAor(whole)
    return account ? [account] : []
  }

  /** HA1 for the username as the phone wrote it; undefined when the account has no password for this algorithm. */
  ha1(account: Account, algorithm: DigestAlgorithm, username: string, realm: string): string | undefined {
    const secrets = this.#secrets.get(account.aorText)
    if (!secrets) return undefined
    if (secrets.password === undefined) return algorithm === 'MD5' ? secrets.ha1?.md5 : secrets.ha1?.sha256
    const key = `${algorithm} ${realm} ${username}`
    const known = secrets.remembered.get(key)
    if (known !== undefined) return known
    const ha1 = digestHa1(algorithm, username, realm, secrets.password)
    if (secrets.remembered.size >= maxRememberedHa1) secrets.remembered.clear()
    secrets.remembered.set(key, ha1)
    return ha1
  }

  #add(user: UserEntry): Account {
    const name = parseAor(user.aor)
    if (!name) throw new Error(`users: "${user.aor}" is not an address of record`)
    const aorText = printAor(name)
    const {
      displayName,
      aliases,
      numbers,
      callerId,
      withholdNumber: withholdsNumber,
      mayDial,
      password,
      ha1,
    } = user
    if (callerId !== undefined && !numbers.includes(callerId))
      throw new Error(`users: ${aorText} has the callerId ${callerId}, which is none of his numbers`)
    const account = { aor: name, aorText, displayName, aliases, numbers, callerId, withholdsNumber, mayDial }
    for (const part of new Set([name.user, ...aliases])) {
      claim(this.#byAor, printAor(aor(part, name.domain)), account)
      const others = this.#byName.get(part)
      if (others) others.push(account)
      else this.#byName.set(part, [account])
    }
    for (const number of numbers) claim(this.#byNumber, number, account)
    this.#secrets.set(aorText, { password, ha1, remembered: new Map() })
    return account
  }
}

function claim(names: Map<string, Account>, name: string, account: Account): void {
  const other = names.get(name)
  if (other) throw new Error(`users: ${name} is claimed by both ${other.aorText} and ${account.aorText}`)
  names.set(name, account)
}
