import type { Config } from '../config/schema.ts'
import type { Accounts } from '../identity/accounts.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { PbxWatch } from '../survival/health/pbx-watch.ts'
import { MirroredPhones, type MirroredPhonesParts } from '../survival/phones/mirrored-phones.ts'
import type { Asterisks } from './asterisks.ts'
import { witnessByManager } from './manager-witness.ts'
import type { OwnHosts } from './own-hosts.ts'

export interface MirroredPbxsParts {
  readonly config: Config
  readonly asterisks: Asterisks
  readonly pbxs: PbxWatch
  readonly settings: MirroredPhonesParts['settings']
  readonly accounts: Accounts
  readonly ownHosts: OwnHosts
  readonly clock: Clock
  readonly log: Log
}

/** What the PBXs that are Asterisks tell over AMI: their phones, and a first hint that one of them is gone. */
export function mirroredPbxs(parts: MirroredPbxsParts): MirroredPhones {
  const { config, asterisks, pbxs, settings, accounts, ownHosts, clock, log } = parts
  const mirrored = asterisks.mirroredPbxs(config.pbxs)
  witnessByManager(mirrored, pbxs)
  return new MirroredPhones({
    pbxs: mirrored,
    health: pbxs,
    settings,
    names: { resolve: (name) => accounts.byAor(name)?.aor },
    isOwnHost: (host, port) => ownHosts.has(host, port),
    clock,
    log,
  })
}
