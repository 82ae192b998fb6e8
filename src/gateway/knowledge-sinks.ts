import type { Config } from '../config/schema.ts'
import { aor, printAor } from '../domain/aor.ts'
import type { KnownExtension, PbxKnowledge } from '../domain/known-extension.ts'
import type { Accounts } from '../identity/accounts.ts'
import type { DialPlan } from '../numbering/dial-plan.ts'
import { givenNumbers } from '../numbering/given-numbers.ts'
import type { CallGroups } from '../routing/call-groups.ts'

export interface KnowledgeSinksParts {
  readonly config: Config
  readonly accounts: Accounts
  readonly groups: CallGroups
  readonly numbers: DialPlan
}

/** Makes what is known of a PBX true for the whole box. Returns what was left out, a sentence each. */
export function knowledgeSinks({ config, accounts, groups, numbers }: KnowledgeSinksParts) {
  const given = givenNumbers(config)
  return (domain: string, { extensions, groups: told, dids }: PbxKnowledge): readonly string[] => {
    const isFree = (user: string) => !groups.isConfigured(aor(user, domain))
    const byTarget = Map.groupBy(dids, ({ to }) => to)
    const withNumbers = ({ user, ...extension }: KnownExtension): KnownExtension => ({
      ...extension,
      user,
      aliases: extension.aliases.filter(isFree),
      numbers: [
        ...extension.numbers,
        ...[user, ...extension.aliases].flatMap((name) => given.get(printAor(aor(name, domain))) ?? []),
        ...(byTarget.get(user) ?? []).map(({ number }) => number),
      ],
    })
    const users = extensions.filter(({ user }) => isFree(user)).map(withNumbers)
    const leftOut = accounts.setImported(domain, users)
    const leftOutGroups = groups.setImported(domain, told)
    const targets = dids.flatMap(({ number, to }) =>
      to === undefined ? [] : [{ numbers: [number], to: printAor(aor(to, domain)).replace(/^sip:/, '') }],
    )
    numbers.setImportedDids(domain, targets)
    return [...leftOut, ...leftOutGroups]
  }
}
