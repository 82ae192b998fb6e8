import type { Config } from '../config/schema.ts'
import type { Accounts as KnownAccounts } from '../identity/accounts.ts'
import type { DialPlan } from '../numbering/dial-plan.ts'
import { CallGroups } from '../routing/call-groups.ts'
import { RestingPeers } from '../routing/resting-peers.ts'
import type { Accounts, Bindings, Overlays, Pbxs, Site, StandIn, Toll } from '../routing/site.ts'
import type { Trunks } from '../trunk/trunks.ts'
import type { OwnHosts } from './own-hosts.ts'

export interface SiteParts {
  readonly config: Config
  readonly ownHosts: OwnHosts
  readonly accounts: KnownAccounts
  readonly location: Bindings
  readonly overlays: Overlays
  readonly trunks: Trunks
  readonly pbxs: Pbxs
  readonly numbers: DialPlan
  readonly toll?: Toll
  readonly standIn?: StandIn
}

/** What routing may ask of the box. */
export interface RoutingSite extends Site {
  readonly groups: CallGroups
  readonly restingBoxes: RestingPeers
}

/** Throws when a group has a user's name. */
export function routingSite(parts: SiteParts): RoutingSite {
  const { config, ownHosts, location, overlays, trunks, pbxs, numbers } = parts
  const accounts = accountsFor(parts.accounts)
  return {
    domains: { own: () => config.sip.domains, isOwnHost: (host, port) => ownHosts.has(host, port) },
    accounts,
    groups: new CallGroups(config.groups, accounts),
    bindings: location,
    overlays,
    restingBoxes: new RestingPeers(),
    trunks,
    pbxs,
    numbers,
    standIn: parts.standIn ?? standsInForNobody,
    toll: parts.toll ?? { refusal: () => undefined },
    ownLinesUpTo: config.services.ownLinesUpTo,
  }
}

const standsInForNobody: StandIn = {
  isOnGrace: () => false,
  hasPassword: () => true,
  voicemailOf: () => undefined,
}

function accountsFor(accounts: KnownAccounts): Accounts {
  return {
    resolve: (name) => accounts.byAor(name)?.aor,
    mayDial: (name) => accounts.byAor(name)?.mayDial,
  }
}
