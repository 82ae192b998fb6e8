import { type AorText, parseAor } from '../domain/aor.ts'
import { chooseChallenge, digestCredentials } from '../drivers/drachtio/digest-answer.ts'
import type { Account } from '../identity/account.ts'
import type { Accounts } from '../identity/accounts.ts'
import type { HomeCredentials } from '../survival/phones/led-registration.ts'

/**
 * What the box can say to a PBX in a user's name: it needs no password, the HA1 for the PBX's realm does it. `realmOf`:
 * the realm by which a PBX of a domain asks, or would if it were heard.
 */
export function homeCredentials(
  accounts: Pick<Accounts, 'byAor' | 'ha1' | 'algorithmsIn' | 'usernameIn' | 'canProve'>,
  realmOf: (domain: string) => string,
): HomeCredentials {
  const accountOf = (user: AorText): Account | undefined => {
    const name = parseAor(user)
    return name && accounts.byAor(name)
  }
  return {
    has: (user) => {
      const account = accountOf(user)
      return account !== undefined && accounts.canProve(account, realmOf(account.aor.domain))
    },
    answer: (user, challenge, { method, uri, use }) => {
      const account = accountOf(user)
      if (!account) return undefined
      const known = (realm: string) => accounts.algorithmsIn(account, realm)
      const chosen = chooseChallenge(challenge, ({ algorithm, realm }) =>
        known(realm).some((each) => each === algorithm),
      )
      const algorithm = chosen && known(chosen.realm).find((each) => each === chosen.algorithm)
      if (!chosen || !algorithm) return undefined
      const username = accounts.usernameIn(account, chosen.realm)
      const ha1 = accounts.ha1(account, algorithm, username, chosen.realm)
      if (ha1 === undefined) return undefined
      return { [chosen.header]: digestCredentials(chosen, { method, uri, account: { username, ha1 } }, use) }
    },
  }
}
