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
import { FrontRegistration } from '../survival/front-registration.ts'
import { LeadHome } from '../survival/lead-home.ts'
import type { PbxWatch } from '../survival/pbx-watch.ts'
import { passwordAccounts } from './passwords.ts'

export interface RegistrationParts {
  readonly config: Config
  readonly realm: string
  readonly stack: SipStack
  readonly accounts: Accounts
  readonly digest: DigestAuthenticator
  readonly location: Location
  readonly pbxs: PbxWatch
  readonly guard: Guard
  readonly clock: Clock
  readonly log: Log
}

export interface PhoneRegistrations {
  readonly registrar: Registrar
  readonly front: FrontRegistration
  readonly leadHome: LeadHome
}

/** Who answers REGISTER: the box itself, or the PBX behind it; and who leads phones home when the PBX is back. */
export function phoneRegistrations(parts: RegistrationParts): PhoneRegistrations {
  const { config, realm, stack, accounts, digest, location, pbxs, guard, clock, log } = parts
  const registrar = new Registrar({
    realm,
    rules: { ...config.registrar, maxContacts: config.registrar.maxContactsPerUser },
    digest,
    users: accounts,
    location,
    guard,
    expiryLimit: (domain) => pbxs.expiryLimit(domain),
    log,
    clock,
  })
  const front = new FrontRegistration({
    stack,
    pbxs,
    bindings: location,
    names: { resolve: (name) => accounts.byAor(name)?.aor },
    registrar: config.registrar.enabled ? registrar : noRegistrar(allowed),
    clock,
    log,
  })
  const passwords = passwordAccounts(config.users)
  const accountOf: ConstructorParameters<typeof LeadHome>[0]['accountOf'] = (user) => passwords.get(user)
  const leadHome = new LeadHome({ stack, pbxs, bindings: location, accountOf, clock, log })
  stack.onRequest(
    'REGISTER',
    guardedRegister(guard, (request) => front.handle(request)),
  )
  return { registrar, front, leadHome }
}
