import type { Config } from '../config/schema.ts'
import type { SipStack } from '../domain/sip.ts'
import type { Accounts } from '../identity/accounts.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Location } from '../registrar/location.ts'
import type { PbxWatch } from '../survival/health/pbx-watch.ts'
import { Homecoming } from '../survival/phones/homecoming.ts'
import { LedRegistration } from '../survival/phones/led-registration.ts'
import type { PhoneGroups } from '../survival/phones/phone-groups.ts'
import { RegistrationPace } from '../survival/phones/registration-pace.ts'
import { homeCredentials } from './home-credentials.ts'

export interface HomePathParts {
  readonly config: Config
  /** By which the PBX of a domain asks its phones. */
  readonly realmOf: (domain: string) => string
  readonly stack: SipStack
  readonly accounts: Accounts
  readonly location: Location
  readonly pbxs: PbxWatch
  readonly groups: PhoneGroups
  readonly clock: Clock
  readonly log: Log
}

export interface HomePath {
  readonly homecoming: Homecoming
  /** Of the PBX with that name. */
  readonly paceOf: (pbx: string) => RegistrationPace | undefined
}

/** How phones get back to their PBXs: one pace a PBX, for the box and for the phones themselves. */
export function homePath(parts: HomePathParts): HomePath {
  const { config, realmOf, stack, accounts, location, pbxs, groups, clock, log } = parts
  const { returnPerSecond, expirySeconds } = config.survival
  const credentials = homeCredentials(accounts, realmOf)
  const ways = new Map(
    config.pbxs.map(({ name, domain, registrationsPerSecond = Number.POSITIVE_INFINITY }) => {
      const perSecond = () => {
        const least = Math.min(
          registrationsPerSecond,
          homecoming.isUnderWay(domain) ? returnPerSecond : Number.POSITIVE_INFINITY,
        )
        return Number.isFinite(least) ? least : undefined
      }
      const pace = new RegistrationPace({ perSecond, clock })
      const led = new LedRegistration({ stack, credentials, turn: () => pace.turn('answer'), clock })
      return [name, { pace, led }] as const
    }),
  )
  const paceOf = (pbx: string) => ways.get(pbx)?.pace
  const homecoming: Homecoming = new Homecoming({
    pbxs,
    bindings: location,
    ways: groups,
    credentials,
    register: async (pbx, binding) =>
      (await ways.get(pbx.name)?.led.register(pbx, binding)) ?? { kind: 'refused', status: 404 },
    turn: (pbx) => paceOf(pbx)?.turn('led'),
    expirySeconds,
    clock,
    log,
  })
  pbxs.onStateChange(({ name, to }) => {
    if (to === 'survival') paceOf(name)?.letGo()
  })
  return { homecoming, paceOf }
}
