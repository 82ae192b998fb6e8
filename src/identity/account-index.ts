import type { UserEntry } from '../config/sections/users.ts'
import { type AorText, aor, parseAor, printAor } from '../domain/aor.ts'
import type { KnownExtension } from '../domain/known-extension.ts'
import type { Account } from './account.ts'
import { AccountSecrets } from './account-secrets.ts'

type Draft = { -readonly [Key in keyof Account]: Account[Key] }

/** All users at one moment, found by every name they go by. Filled once, then only read. */
export class AccountIndex {
  readonly all: Account[] = []
  readonly byAor = new Map<AorText, Account>()
  readonly byName = new Map<string, Account[]>()
  readonly byNumber = new Map<string, Account>()
  readonly secrets = new Map<AorText, AccountSecrets>()
  /** Names of imported users that somebody else has already, a sentence each. */
  readonly conflicts: string[] = []
  readonly #drafts = new Map<AorText, Draft>()

  /** `usualRealm`: of digests that name none. Throws when another user has one of the names or numbers. */
  addConfigured(user: UserEntry, usualRealm: (domain: string) => string): void {
    const name = parseAor(user.aor)
    if (!name) throw new Error(`users: "${user.aor}" is not an address of record`)
    const aorText = printAor(name)
    const { displayName, aliases, numbers, callerId, withholdNumber, mayDial, password, ha1 } = user
    if (callerId !== undefined && !numbers.includes(callerId))
      throw new Error(`users: ${aorText} has the callerId ${callerId}, which is none of his numbers`)
    const account: Draft = {
      ...{ aor: name, aorText, displayName, aliases, numbers, callerId, mayDial },
      withholdsNumber: withholdNumber,
    }
    const digests = ha1 && { ...ha1, realm: ha1.realm ?? usualRealm(name.domain) }
    this.#add(account, new AccountSecrets({ password, ha1: digests }))
    for (const part of new Set([name.user, ...aliases])) {
      const conflict = this.#claimName(part, account)
      if (conflict !== undefined) throw new Error(`users: ${conflict}`)
    }
    for (const number of numbers) {
      const conflict = this.#claimNumber(number, account)
      if (conflict !== undefined) throw new Error(`users: ${conflict}`)
    }
  }

  /** Fills in what is not said of a user already; a name or number that is taken stays with its owner. */
  addImported(domain: string, extension: KnownExtension, usualRights: Account['mayDial']): void {
    const name = aor(extension.user, domain)
    const aorText = printAor(name)
    const owner = this.byAor.get(aorText)
    const known = owner && this.#drafts.get(owner.aorText)
    const account = known ?? this.#imported(extension, { name, aorText }, usualRights)
    account.displayName ??= extension.displayName
    this.secrets.get(account.aorText)?.add(extension.digests)
    for (const { username } of extension.digests) this.#nameAlso(username, account)
    const aliases = extension.aliases
      .filter((alias) => alias !== name.user)
      .filter((alias) => this.#isNew(this.#claimName(alias, account)))
    const numbers = extension.numbers.filter((number) => this.#isNew(this.#claimNumber(number, account)))
    account.aliases = [...new Set([...account.aliases, ...aliases])]
    account.numbers = [...new Set([...account.numbers, ...numbers])]
  }

  #imported(
    { displayName, mayDial = undefined }: KnownExtension,
    { name, aorText }: { name: Account['aor']; aorText: AorText },
    usualRights: Account['mayDial'],
  ): Draft {
    const account: Draft = {
      ...{ aor: name, aorText, displayName, aliases: [], numbers: [], callerId: undefined },
      withholdsNumber: false,
      mayDial: mayDial ?? usualRights,
    }
    this.#add(account, new AccountSecrets())
    this.#claimName(name.user, account)
    return account
  }

  #add(account: Draft, secrets: AccountSecrets): void {
    this.all.push(account)
    this.#drafts.set(account.aorText, account)
    this.secrets.set(account.aorText, secrets)
  }

  /** In words when somebody else has it. */
  #claimName(part: string, account: Account): string | undefined {
    const text = printAor(aor(part, account.aor.domain))
    const other = this.byAor.get(text)
    if (other === account) return undefined
    if (other) return `${text} is claimed by both ${other.aorText} and ${account.aorText}`
    this.byAor.set(text, account)
    this.#nameAlso(part, account)
    return undefined
  }

  /** As what he gives his digests; nobody is called by it. */
  #nameAlso(username: string, account: Account): void {
    const owners = this.byName.get(username)
    if (!owners) this.byName.set(username, [account])
    else if (!owners.includes(account)) owners.push(account)
  }

  #claimNumber(number: string, account: Account): string | undefined {
    const other = this.byNumber.get(number)
    if (other && other !== account)
      return `${number} is claimed by both ${other.aorText} and ${account.aorText}`
    this.byNumber.set(number, account)
    return undefined
  }

  #isNew(conflict: string | undefined): boolean {
    if (conflict !== undefined) this.conflicts.push(conflict)
    return conflict === undefined
  }
}
