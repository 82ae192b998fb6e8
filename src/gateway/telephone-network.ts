import type { Config } from '../config/schema.ts'
import type { SipStack } from '../domain/sip.ts'
import type { Accounts } from '../identity/accounts.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Part } from '../lib/part.ts'
import { DialPlan } from '../numbering/dial-plan.ts'
import type { AddressLookUp } from '../trunk/source-list.ts'
import { Trunks } from '../trunk/trunks.ts'

export interface TelephoneNetworkParts {
  readonly config: Config
  readonly stack: SipStack
  readonly names: AddressLookUp
  readonly accounts: Accounts
  readonly clock: Clock
  readonly log: Log
}

/** The side of the box that faces the telephone network: numbers, trunks, and who watches over them. */
export interface TelephoneNetwork {
  readonly numbers: DialPlan
  readonly trunks: Trunks
  /** In start order. */
  readonly parts: readonly Part[]
}

export function telephoneNetwork({
  config,
  stack,
  names,
  accounts,
  clock,
  log,
}: TelephoneNetworkParts): TelephoneNetwork {
  const numbers = new DialPlan(config.numbering)
  const trunks: Trunks = new Trunks({
    entries: config.trunks,
    stack,
    addresses: names,
    numbers,
    owners: {
      numberOf: (user) => accounts.byAor(user)?.numbers[0],
      isOurs: (number) => accounts.byNumber(number) !== undefined || trunks.didOf(number) !== undefined,
    },
    clock,
    log,
  })
  return { numbers, trunks, parts: [trunks] }
}
