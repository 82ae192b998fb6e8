import type { OutageCause } from '../../domain/outage.ts'
import type { PbxHealth } from './pbx-health.ts'
import type { PbxLock } from './pbx-lock.ts'
import type { PbxUnderWatch } from './pbx-under-watch.ts'

/** A PBX as the operator sees it. Times in milliseconds since the Unix epoch. */
export interface PbxView {
  readonly name: string
  readonly domain: string
  readonly state: PbxHealth['name']
  readonly since: number
  /** The last change, in words. */
  readonly why: string
  /** Of the outage that lasts. */
  readonly outage:
    | {
        readonly cause: OutageCause
        readonly startedAt: number
        readonly detectedAt: number
        /** When calls go to the PBX again if it answers from now on; undefined while it does not answer. */
        readonly endsAt: number | undefined
        /** It must answer so long without a break. */
        readonly holdMs: number
      }
    | undefined
  readonly lock: PbxLock | undefined
  /** How long it took to answer OPTIONS of late, in milliseconds. */
  readonly latencyMs: number | undefined
}

export function pbxView({
  entry,
  name: state,
  since,
  health,
  why,
  lock,
  outage,
  latencyMs,
}: PbxUnderWatch): PbxView {
  const { name, domain } = entry
  const endsAt = health.name === 'returning' ? health.since + health.outage.holdMs : undefined
  return {
    ...{ name, domain, state, since, why, lock, latencyMs },
    outage: outage && {
      cause: outage.cause,
      startedAt: outage.startedAt,
      detectedAt: outage.detectedAt,
      holdMs: outage.holdMs,
      endsAt,
    },
  }
}
