import type { UserEntry } from '../config/sections/users.ts'
import { type AorText, parseAor, printAor } from '../domain/aor.ts'
import type { DigestAccount } from '../domain/sip.ts'

/** Users whose password the config holds, as their PBX knows them. */
export function passwordAccounts(users: readonly UserEntry[]): ReadonlyMap<AorText, DigestAccount> {
  const accounts = users.flatMap(({ aor, password }): [AorText, DigestAccount][] => {
    const name = parseAor(aor)
    return name && password !== undefined ? [[printAor(name), { username: name.user, password }]] : []
  })
  return new Map(accounts)
}
