import type { RoutePlan, RouteTarget } from '../../domain/route.ts'

/** Targets of a plan that were not tried yet, for whatever reason they are in it now. */
export function untriedTargets(plan: RoutePlan, tried: readonly RouteTarget[]): readonly RouteTarget[] {
  if (plan.kind === 'refuse') return []
  return plan.targets.filter((target) => !tried.some((other) => isSamePlace(other, target)))
}

function isSamePlace(a: RouteTarget, b: RouteTarget): boolean {
  return a.path === b.path && a.label === b.label && a.uri === b.uri
}
