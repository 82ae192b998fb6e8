import type { Config } from '../config/schema.ts'
import type { NoticeSink } from '../domain/notice.ts'
import type { SipStack } from '../domain/sip.ts'
import type { HostLookUp } from '../drivers/asterisk/ami-link.ts'
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
import { Asterisks } from './asterisks.ts'
import { HangUpWitness } from './hang-up-witness.ts'

export interface TelephoneNetworkParts {
  readonly config: Config
  readonly stack: SipStack
  readonly names: AddressLookUp & HopLookUp & HostLookUp
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
  readonly asterisks: Asterisks
  /** Puts the causes that Asterisks tell into the call records. */
  readonly hangUps: HangUpWitness
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
  const numbers = new DialPlan(config.numbering, configuredDids(config), config.pbxs)
  const asterisks = new Asterisks({ entries: config.asterisks, names, notices, clock, log })
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
    lineOf: (entry) => asterisks.lineOf(entry),
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
  const watched = new Map(config.trunks.map(({ name, asterisk }) => [name, asterisk]))
  const hangUps = new HangUpWitness({
    causes: asterisks.causes,
    isWatched: (trunk) => asterisks.isWatching(watched.get(trunk)),
    clock,
    log,
  })
  return { numbers, trunks, asterisks, hangUps, toll, parts: [...asterisks.parts, hangUps, trunks] }
}
