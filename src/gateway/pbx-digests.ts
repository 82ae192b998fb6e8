import type { Accounts } from '../identity/accounts.ts'
import { digestHa1 } from '../identity/digest-response.ts'
import type { MakeDigests } from '../survival/knowledge/asterisk/told-phones.ts'

export interface PbxDigestsParts {
  /** The box's own realm. */
  readonly realm: string
  heardRealms(domain: string): readonly string[]
  readonly accounts: Pick<Accounts, 'importedRealm'>
}

/** By which realms phones of this domain may be asked in place of their PBX, the one to ask by first, the box's own last. */
export function realmsAskedIn(
  domain: string,
  { realm, heardRealms, accounts }: PbxDigestsParts,
): readonly string[] {
  const imported = accounts.importedRealm(domain)
  return [...new Set([...heardRealms(domain), ...(imported === undefined ? [] : [imported]), realm])]
}

/** Digests of a password for its own realm and for those by which the box may have to ask. */
export function digestMaker(domain: string, parts: PbxDigestsParts): MakeDigests {
  const asked = realmsAskedIn(domain, parts)
  return (username, password, own) =>
    [...new Set([own, ...asked])].flatMap((realm) =>
      (['MD5', 'SHA-256'] as const).map((algorithm) => ({
        ...{ username, realm, algorithm },
        ha1: digestHa1(algorithm, username, realm, password),
      })),
    )
}
