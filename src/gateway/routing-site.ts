import type { Config } from '../config/schema.ts'
import type { Aor } from '../domain/aor.ts'
import type { Accounts as KnownAccounts } from '../identity/accounts.ts'
import type { DialPlan } from '../numbering/dial-plan.ts'
import type { Location } from '../registrar/location.ts'
import type { Accounts, Bindings, Overlays, Pbxs, Site } from '../routing/site.ts'
import type { Trunks } from '../trunk/trunks.ts'
import type { OwnHosts } from './own-hosts.ts'

export interface SiteParts {
  readonly config: Config
  readonly ownHosts: OwnHosts
  readonly accounts: KnownAccounts
  readonly location: Location
  readonly overlays: Overlays
  readonly trunks: Trunks
  readonly pbxs: Pbxs
  readonly numbers: DialPlan
}

/** What routing may ask of the box. */
export function routingSite({
  config,
  ownHosts,
  accounts,
  location,
  overlays,
  trunks,
  pbxs,
  numbers,
}: SiteParts): Site {
  return {
    domains: { own: () => config.sip.domains, isOwnHost: (host, port) => ownHosts.has(host, port) },
    accounts: accountsFor(accounts),
    bindings: { lookup: (aor) => location.lookup(aor) } satisfies Bindings,
    overlays,
    trunks,
    pbxs,
    numbers,
  }
}

function accountsFor(accounts: KnownAccounts): Accounts {
  return {
    resolve: (name: Aor) => accounts.byAor(name)?.aor,
    ofNumber: (number) => accounts.byNumber(number)?.aor,
    mayDial: (name) => accounts.byAor(name)?.mayDial,
  }
}
