import type { PhoneWay } from '../../config/sections/phone-groups.ts'
import type { Aor } from '../../domain/aor.ts'

export interface ShortExpiryParts {
  readonly ways: { wayOf(user: Aor): PhoneWay | undefined }
  readonly pbxs: { isInCharge(domain: string, parties?: readonly Aor[]): boolean }
  /** Longest registration that the box grants in a PBX's place. */
  readonly seconds: number
  /** 0 to 1. */
  readonly random?: () => number
}

/** Phones that registered together do not refresh together for ever: each time is up to a fifth shorter. */
const jitter = 0.2

/**
 * Longest registration that the box itself grants a user now, in seconds: short for those who shall come home to their PBX
 * soon; undefined when it need not care.
 */
export function shortExpiry({
  ways,
  pbxs,
  seconds,
  random = Math.random,
}: ShortExpiryParts): (user: Aor) => number | undefined {
  return (user) => {
    const way = ways.wayOf(user)
    if (way === undefined) return undefined
    // A phone with two servers stays at both.
    if (way !== 'front' && pbxs.isInCharge(user.domain, [user])) return undefined
    return Math.round(seconds * (1 - jitter * random()))
  }
}
