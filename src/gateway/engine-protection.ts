import type { GuardSection } from '../config/sections/guard.ts'
import type { ProtectionSettings } from '../engine/protection/protection-settings.ts'

/** What the engine enforces of the guard's rules, before a request costs anything. */
export function engineProtection(guard: GuardSection): ProtectionSettings {
  const { requestsPerSecond, requestBurst, strangersPerSecond, strangerBurst, scanners, neverBan } = guard
  return {
    limits: { requestsPerSecond, requestBurst, strangersPerSecond, strangerBurst },
    scanners,
    exempt: neverBan,
  }
}
