import type { TrunkMedia } from '../config/sections/trunk-media.ts'
import type { LegPolicy } from '../domain/leg-policy.ts'

/** What the legs on a trunk want, by its config. */
export function policyFor({ sessionTimer, ...media }: TrunkMedia): LegPolicy {
  const { enabled, expiresSeconds, minSeconds, refresher } = sessionTimer
  return {
    ...media,
    // RFC 4028 §7.1: what is asked for is no shorter than what is accepted.
    sessionTimer: enabled
      ? { expiresSeconds: Math.max(expiresSeconds, minSeconds), minSeconds, refresher }
      : undefined,
  }
}
