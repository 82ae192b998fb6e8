import type { Config } from '../config/schema.ts'
import { Accounts } from '../identity/accounts.ts'
import { usersWithDids } from '../numbering/users-with-dids.ts'
import { CallGroups } from '../routing/call-groups.ts'

/** What two users, or a user and a group, both claim to be called; undefined when every name has one owner. */
export function nameConflict(config: Config): string | undefined {
  const { groups, sip, pbxs } = config
  try {
    const domains = [...sip.domains, ...pbxs.map(({ domain }) => domain)]
    const accounts = new Accounts({ users: usersWithDids(config), domains })
    new CallGroups(groups, { resolve: (name) => accounts.byAor(name)?.aor })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
