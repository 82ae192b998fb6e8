import type { DisplayNames } from '../edge/legs/caller-name.ts'
import type { VouchedNumbers } from '../edge/legs/overlay-legs.ts'
import type { Accounts } from '../identity/accounts.ts'

/** What the box says of its own users when they call. */
export function callerFacts(accounts: Accounts): DisplayNames & VouchedNumbers {
  return {
    displayNameOf: (user) => accounts.byAor(user)?.displayName,
    callerIdOf: (user) => {
      const account = accounts.byAor(user)
      return account?.callerId ?? account?.numbers[0]
    },
    withholdsNumber: (user) => accounts.byAor(user)?.withholdsNumber ?? false,
  }
}
