import { type Aor, type AorText, parseAor, printAor } from '../domain/aor.ts'
import type { KnownUsers } from '../survival/rehearsal/chosen-users.ts'
import type { RehearsalServiceParts } from './rehearsal-service.ts'

/** Who may be chosen for a rehearsal, as the box knows its users. */
export function rehearsableUsers({
  config,
  survival,
  accounts,
  location,
}: Pick<RehearsalServiceParts, 'config' | 'survival' | 'accounts' | 'location'>): KnownUsers {
  const { pbxs, groups, standIn } = survival
  const namesIn = (domain: string): readonly AorText[] => {
    const known = accounts.all
      .filter((account) => account.aor.domain === domain)
      .map(({ aorText }) => aorText)
    const registered = [...location.aors()].filter((name) => parseAor(name)?.domain === domain)
    return [...new Set([...known, ...registered])]
  }
  return {
    pbxs: () => pbxs.view(),
    usersOf: (domain) => aorsOf(namesIn(domain)),
    usersOfGroup: (pbx, group) => {
      const found = groups.named(group).find((each) => each.pbx === pbx)
      return found && aorsOf(groups.usersOf(group, namesIn(found.domain)))
    },
    resolve: (user) =>
      accounts.byAor(user)?.aor ?? (location.lookup(printAor(user)).length > 0 ? user : undefined),
    hasPhone: (user) => location.lookup(user).length > 0,
    knowsPassword: (user) => aorsOf([user]).some((name) => standIn.hasPassword(name)),
    desk: aorsOf(config.emergency.desk).map(printAor),
    most: config.survival.mostRehearsed,
  }
}

function aorsOf(names: readonly string[]): readonly Aor[] {
  return names.flatMap((name) => parseAor(name) ?? [])
}
