import { parseAor } from '../domain/aor.ts'
import type { IsRegisteredFlow } from '../guard/guard.ts'
import type { Accounts } from '../identity/accounts.ts'
import type { Location } from '../registrar/location.ts'

/** Tells phones that are registered from others behind the same address; a name is a digest username. */
export function registeredFlows(
  location: Pick<Location, 'findBySource'>,
  accounts: Pick<Accounts, 'byUsername'>,
): IsRegisteredFlow {
  return (source, name) => {
    for (const { aor } of location.findBySource(source)) {
      if (name === undefined || parseAor(aor)?.user === name) return true
      if (accounts.byUsername(name).some(({ aorText }) => aorText === aor)) return true
    }
    return false
  }
}
