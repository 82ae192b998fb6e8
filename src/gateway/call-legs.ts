import { DomainLegs } from '../edge/legs/domain-legs.ts'
import { LegsByPath } from '../edge/legs/legs-by-path.ts'
import { MeteredLegs } from '../edge/legs/metered-legs.ts'
import { OverlayLegs } from '../edge/legs/overlay-legs.ts'
import { PbxLegs } from '../edge/legs/pbx-legs.ts'
import { PhoneLegs } from '../edge/legs/phone-legs.ts'
import type { Accounts } from '../identity/accounts.ts'
import { callerFacts } from './caller-facts.ts'
import type { JoinedOverlays } from './joined-overlays.ts'
import type { StandingIn } from './standing-in.ts'
import type { TelephoneNetwork } from './telephone-network.ts'

export interface CallLegsParts {
  readonly accounts: Accounts
  readonly overlays: JoinedOverlays
  readonly outside: Pick<TelephoneNetwork, 'numbers' | 'trunks' | 'toll'>
  readonly standIn: StandingIn
}

/** A leg to each kind of target; what it may cost is claimed before. */
export function callLegs({ accounts, overlays, outside, standIn }: CallLegsParts): MeteredLegs {
  const { numbers, trunks, toll } = outside
  const callers = callerFacts(accounts)
  const legs = new LegsByPath({
    phone: new PhoneLegs(callers, numbers),
    overlay: new OverlayLegs(overlays, callers, callers),
    domain: new DomainLegs(callers),
    pbx: new PbxLegs(),
    trunk: trunks,
  })
  return new MeteredLegs(legs, toll, trunks, standIn)
}
