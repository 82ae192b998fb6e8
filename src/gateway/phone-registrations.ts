import type { Config } from '../config/schema.ts'
import type { SipStack } from '../domain/sip.ts'
import { allowed } from '../edge/allowed.ts'
import type { Guard } from '../guard/guard.ts'
import type { Accounts } from '../identity/accounts.ts'
import type { DigestAuthenticator } from '../identity/digest.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { guardedRegister } from '../registrar/guarded-register.ts'
import type { Location } from '../registrar/location.ts'
import { noRegistrar } from '../registrar/no-registrar.ts'
import { Registrar } from '../registrar/registrar.ts'
import type { PbxWatch } from '../survival/health/pbx-watch.ts'
import type { OutageLedger } from '../survival/outages/outage-ledger.ts'
import { FrontGate } from '../survival/phones/front-gate.ts'
import { FrontRegistration } from '../survival/phones/front-registration.ts'
import type { Homecoming } from '../survival/phones/homecoming.ts'
import type { PhoneGroups } from '../survival/phones/phone-groups.ts'
import { RegistrationIntake } from '../survival/phones/registration-intake.ts'
import { RetrySpread } from '../survival/phones/retry-spread.ts'
import { shortExpiry } from '../survival/phones/short-expiry.ts'
import { FrontGuesses } from './front-guesses.ts'
import { homePath } from './home-path.ts'
import type { StandingIn } from './standing-in.ts'

export interface RegistrationParts {
  readonly config: Config
  readonly stack: SipStack
  readonly accounts: Accounts
  readonly digest: DigestAuthenticator
  readonly location: Location
  readonly pbxs: PbxWatch
  readonly groups: PhoneGroups
  readonly standIn: StandingIn
  /** Reports of outages say how many were let in. */
  readonly outages: Pick<OutageLedger, 'registered'>
  readonly guard: Guard
  readonly clock: Clock
  readonly log: Log
}

export interface PhoneRegistrations {
  readonly registrar: Registrar
  readonly front: FrontRegistration
  readonly homecoming: Homecoming
  readonly intake: RegistrationIntake
}

/** How many that the box had to turn away may come again in one second. */
const welcomePerSecond = 200

/** Who answers REGISTER: the box itself, or the PBX behind it; and who leads phones home when the PBX is back. */
export function phoneRegistrations(parts: RegistrationParts): PhoneRegistrations {
  const { config, stack, accounts, digest, location, pbxs, groups, standIn, guard, clock, log } = parts
  const registrar = new Registrar({
    demandFor: (user) => standIn.demandFor(user),
    rules: { ...config.registrar, maxContacts: config.registrar.maxContactsPerUser },
    digest,
    users: accounts,
    location,
    guard,
    grace: standIn.grace,
    onAnswer: (user, answer) => parts.outages.registered(accounts.nameHere(user) ?? user, answer),
    expiryLimit: shortExpiry({ ways: groups, pbxs, seconds: config.survival.expirySeconds }),
    log,
    clock,
  })
  const { homecoming, paceOf } = homePath({ ...parts, realmOf: (domain) => standIn.realmOf(domain) })
  // Without a registrar of its own the box answers no phone before it has led it home.
  const keeper = config.registrar.enabled
    ? homecoming
    : { isToBeLed: () => false, isAwaited: homecoming.isAwaited.bind(homecoming) }
  const guesses = new FrontGuesses({ guard })
  const front = new FrontRegistration({
    stack,
    pbxs: {
      stateOf: (domain) => pbxs.stateOf(domain),
      isInCharge: (domain, users) => pbxs.takesRegistrations(domain, users),
      saw: (...seen) => pbxs.saw(...seen),
    },
    ways: groups,
    gate: new FrontGate({ pace: paceOf, homecoming: keeper, bindings: location, clock }),
    bindings: location,
    names: { resolve: (name) => accounts.nameHere(name) },
    registrar: config.registrar.enabled ? registrar : noRegistrar(allowed),
    retry: new RetrySpread({ perSecond: () => config.survival.returnPerSecond, clock }),
    heard: (domain, method, challenge) => standIn.realms.heard(domain, method, challenge),
    answered: (request, answer) => guesses.answered(request, answer),
    accepted: (domain, request) => standIn.realms.accepted(domain, request),
    cameHome: (user, domain) => homecoming.cameHome(user, domain),
    clock,
    log,
  })
  const intake = new RegistrationIntake({
    next: (request) => front.handle(request),
    retry: new RetrySpread({ perSecond: () => welcomePerSecond, clock }),
    clock,
  })
  stack.onRequest(
    'REGISTER',
    guardedRegister(guard, (request) => intake.handle(request)),
  )
  return { registrar, front, homecoming, intake }
}
