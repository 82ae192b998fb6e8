import type { CallQuestion, RouteTarget } from '../../domain/route.ts'

type Caller = Pick<CallQuestion, 'source' | 'callerIsAuthenticated'>

/**
 * Where a phone of ours is sent to call by itself, as a Contact header (RFC 3261 §8.3); undefined when anything on the way
 * needs this box: another kind of caller or target, a group, or a phone that is not where its contact says.
 */
export function redirectContacts(caller: Caller, targets: readonly RouteTarget[]): string | undefined {
  if (caller.source !== 'phone' || targets.length === 0) return undefined
  if (targets.some((target) => needsTheBox(target, caller))) return undefined
  return targets.map(({ uri, group }) => `<${uri}>;q=${preference(group)}`).join(', ')
}

function needsTheBox(
  { path, proxy, memberOf, callerMustBeAuthenticated }: RouteTarget,
  { callerIsAuthenticated }: Caller,
): boolean {
  if (path !== 'phone' || proxy !== undefined || memberOf !== undefined) return true
  return callerMustBeAuthenticated && !callerIsAuthenticated
}

// RFC 3261 §20.10: what has the higher q is tried first.
function preference(group: number): string {
  return Math.max(0.1, 1 - group / 10).toFixed(1)
}
