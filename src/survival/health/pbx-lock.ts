import type { OutageFacts, PbxHealth } from './pbx-health.ts'

/** A person has said what a PBX is to be taken for, whatever witnesses see. Times in milliseconds since the Unix epoch. */
export interface PbxLock {
  /** `survival`: the box stands in; `normal`: it never does. */
  readonly to: 'survival' | 'normal'
  readonly since: number
  readonly until: number
  /** Who has said so. */
  readonly by: string
}

/** A lock that everybody has forgotten must not decide for ever. */
export const longestLockMs = 7 * 86_400_000

/** What the PBX is taken for. A PBX that is locked to normal and does not answer is suspect. */
export function lockedName({ name }: PbxHealth, lock: PbxLock | undefined, at: number): PbxHealth['name'] {
  if (!lock || !isHeld(lock, at)) return name
  if (lock.to === 'survival') return 'survival'
  return name === 'normal' ? 'normal' : 'suspect'
}

export function isHeld({ until, since }: PbxLock, at: number): boolean {
  // A clock that was set back must not make it longer.
  return at < until && at > since - longestLockMs
}

/** The outage that a PBX is taken to have; a PBX that is locked to normal has none. */
export function outageOf(health: PbxHealth, lock: PbxLock | undefined): OutageFacts | undefined {
  if (lock?.to === 'normal') return undefined
  if (health.name === 'survival' || health.name === 'returning') return health.outage
  if (!lock) return undefined
  return { startedAt: lock.since, detectedAt: lock.since, cause: 'switched', mustWork: 'options', holdMs: 0 }
}
