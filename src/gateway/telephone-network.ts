import type { Config } from '../config/schema.ts'
import type { NoticeSink } from '../domain/notice.ts'
import type { SipStack } from '../domain/sip.ts'
import type { Accounts } from '../identity/accounts.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { configuredDids } from '../numbering/configured-dids.ts'
import { DialPlan } from '../numbering/dial-plan.ts'
import { Toll } from '../toll/toll.ts'
import type { TollStore } from '../toll/toll-memory.ts'
import type { HopLookUp } from '../trunk/server-hop.ts'
import type { AddressLookUp } from '../trunk/source-list.ts'
import { Trunks } from '../trunk/trunks.ts'

export interface TelephoneNetworkParts {
  readonly config: Config
  readonly stack: SipStack
  readonly names: AddressLookUp & HopLookUp
  readonly accounts: Accounts
  readonly settings: TollStore
  readonly notices: NoticeSink
  readonly clock: Clock
  readonly log: Log
}

/** The side of the box that faces the telephone network: numbers, trunks, and who watches over them. */
export interface TelephoneNetwork {
  readonly numbers: DialPlan
  readonly trunks: Trunks
  /** Started before calls are taken. */
  readonly toll: Toll
  /** In start order. */
  readonly parts: readonly Part[]
}

export function telephoneNetwork({
  config,
  stack,
  names,
  accounts,
  settings,
  notices,
  clock,
  log,
}: TelephoneNetworkParts): TelephoneNetwork {
  const numbers = new DialPlan(config.numbering, configuredDids(config))
  const trunks: Trunks = new Trunks({
    entries: config.trunks,
    stack,
    addresses: names,
    hops: names,
    numbers,
    owners: {
      presentationOf: (user) => accounts.byAor(user),
      userOf: (number) => numbers.didOf(number),
    },
    timeZone: numbers.timeZone,
    notices,
    clock,
    log,
  })
  const toll = new Toll({
    section: config.tollFraud,
    timeZone: numbers.timeZone,
    numbers,
    accounts: {
      resolve: (user) => accounts.byAor(user)?.aor,
      mayDial: (user) => accounts.byAor(user)?.mayDial,
    },
    store: settings,
    notices,
    clock,
    log,
  })
  return { numbers, trunks, toll, parts: [trunks] }
}
