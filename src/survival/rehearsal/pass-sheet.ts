import type { AorText } from '../../domain/aor.ts'

/** What a rehearsal looks at, in the order of the sheet. */
export const checkNames = [
  'registration',
  'dialling',
  'ringing',
  'group',
  'direct number',
  'knowledge',
  'emergency',
  'other site',
  'outside',
  'return',
] as const

export type CheckName = (typeof checkNames)[number]

/** What became of one thing that was looked at. */
export interface CheckResult {
  readonly check: CheckName
  /** Whom or what it is about: `201`, `201 → 202`, `+4930123450`, `trunk carrier`. */
  readonly subject: string
  readonly outcome: 'pass' | 'fail' | 'not-applicable'
  readonly tookMs: number
  readonly text: string
  /** What to do about it. */
  readonly advice?: string
}

/** Why a rehearsal is over for the phones. */
export interface RehearsalEnd {
  /** Before its time. */
  readonly isEarly: boolean
  readonly why: string
}

export type Conclusion =
  | 'pass'
  | 'fail'
  /** Nothing was found wrong, but it ended before all was looked at. */
  | 'cut-short'

/** A user who was to take part and did not. */
export interface LeftOut {
  readonly user: string
  readonly why: string
}

/** What a rehearsal found. Times in milliseconds since the Unix epoch. */
export interface PassSheet {
  /** `1`, `2`, …: what an operator asks for it by. */
  readonly id: string
  readonly pbx: string
  readonly domain: string
  /** Who ordered it. */
  readonly by: string
  /** The phone group, when it was for one. */
  readonly group: string | undefined
  readonly users: readonly AorText[]
  readonly leftOut: readonly LeftOut[]
  readonly startedAt: number
  /** `away`: their PBX is gone for the phones; `returning`: it is there again, and they are awaited. */
  readonly phase: 'away' | 'returning' | 'over'
  /** When the phase ends at the latest; of one that is over, when it ended. */
  readonly until: number
  readonly end: RehearsalEnd | undefined
  readonly results: readonly CheckResult[]
  /** Undefined while it lasts. */
  readonly conclusion: Conclusion | undefined
}

export function conclusionOf(results: readonly CheckResult[], end: RehearsalEnd): Conclusion {
  if (results.some(({ outcome }) => outcome === 'fail')) return 'fail'
  return end.isEarly ? 'cut-short' : 'pass'
}

/** In the order of the sheet; within one check as they came. */
export function inSheetOrder(results: readonly CheckResult[]): readonly CheckResult[] {
  return checkNames.flatMap((name) => results.filter(({ check }) => check === name))
}
