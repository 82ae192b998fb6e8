import type { RouteTarget } from '../../domain/route.ts'
import type { FailedLeg, LegOrder } from '../legs/outgoing-leg.ts'

/** Rescuers may have a queue: longer than any phone rings, and shorter than timer C (RFC 3261 §16.6 step 11). */
const ringMs = 175_000
/** Nobody who calls for help waits longer for a way on which nothing is heard, while there is another one. */
const silentMs = 8_000
/** Another box or a PBX tries lines of its own, one after the other, before it has anything to tell. */
const huntingMs = 20_000

/** How long one way is tried in a call for help. */
export function emergencyPatience(
  { path }: Pick<RouteTarget, 'path'>,
  isLast: boolean,
): Pick<LegOrder, 'ringMs' | 'silentMs'> {
  if (isLast) return { ringMs }
  return { ringMs, silentMs: path === 'overlay' || path === 'pbx' ? huntingMs : silentMs }
}

const full = new Set([486, 503])

/** The trunk whose far end says that it carries no more calls: there a call can make room. */
export function fullTrunkIn(failures: readonly FailedLeg[]): string | undefined {
  const isFull = ({ path, status, response }: FailedLeg) =>
    path === 'trunk' && full.has(status) && response?.isLocal === false
  return failures.find(isFull)?.target.label
}

/** Real emergencies only: a test makes nobody hang up. */
export function isRealEmergency({ emergency }: Pick<RouteTarget, 'emergency'>): boolean {
  return emergency !== undefined && !emergency.isTest
}
