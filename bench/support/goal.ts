/** A figure that the project has promised, and what was measured. */
export interface Goal {
  readonly what: string
  readonly limit: number
  readonly isAtMost: boolean
  readonly measured: number
  readonly unit: string
}

export const isReached = ({ limit, isAtMost, measured }: Goal): boolean =>
  isAtMost ? measured <= limit : measured >= limit

/** `goal ≤ 1.2 times Kamailio, box as proxy CPU: 1.35 missed`. */
export function goalLine(goal: Goal): string {
  const { what, limit, isAtMost, measured, unit } = goal
  const sign = isAtMost ? '≤' : '≥'
  return `${what}: goal ${sign} ${limit} ${unit}: ${Number(measured.toFixed(2))} ${isReached(goal) ? 'reached' : 'MISSED'}`
}
