import type { AorText } from '../../domain/aor.ts'
import type { Outage } from '../../domain/outage.ts'

/** What a call was that the box served in place of the PBX. */
export type ServedKind =
  /** One phone of the site called another. */
  | 'extension'
  | 'group'
  /** From the telephone network to a phone. */
  | 'from outside'
  /** To the telephone network. */
  | 'outside'
  | 'emergency'
  /** To or from another site, over the overlay. */
  | 'other site'
  /** Through a PBX: another one, or this one while it is tried before it gets all calls again. */
  | 'pbx'
  /** To or from a public SIP domain. */
  | 'other'
  /** It ran through the PBX that died; the box joined the two phones. */
  | 'rescued'

/** A call that could not be served. */
export interface FailedCall {
  /** Of its record. */
  readonly id: string
  readonly callId: string
  readonly at: number
  readonly from: string
  readonly to: string
  readonly status: number
  readonly cause: string
}

/** A phone as the box last saw it. */
export interface SeenPhone {
  readonly aor: AorText
  readonly userAgent: string | undefined
  /** `address:port` it registered from. */
  readonly source: string
  /** When it last registered, here or at the PBX. */
  readonly lastSeen: number
}

export interface OutagePhones {
  /** Phones that were at the PBX at the verdict. */
  readonly known: number
  /** Those that registered at the box meanwhile. */
  readonly moved: number
  /** Those of all of them that are at the PBX again. */
  readonly home: number
  /** Those that are not; while the outage lasts, all that have moved. */
  readonly away: number
  /** Some of them, by name, since the return. */
  readonly awayList: readonly SeenPhone[]
}

/** How often something happened, by its name. */
export type Tally = Readonly<Record<string, number>>

/**
 * What an outage was like. Times in milliseconds since the Unix epoch. `standing-in` until the PBX is in charge again,
 * `coming-home` until all phones are back at it or are waited for no longer, then `closed`.
 */
export interface OutageReport extends Outage {
  readonly stage: 'standing-in' | 'coming-home' | 'closed'
  /** What the box knew to be broken, in words. */
  readonly faults: readonly string[]
  /** When the first call was answered after the verdict. */
  readonly firstServedAt: number | undefined
  readonly served: Readonly<Partial<Record<ServedKind, number>>>
  /** Calls that reached somebody and were not answered, by what became of them. */
  readonly unanswered: Tally
  /** Calls that failed, by cause in words. */
  readonly failed: Tally
  readonly failedCalls: readonly FailedCall[]
  /** Calls that the PBX let fail from the first failure to the verdict. */
  readonly failedBefore: number
  /** Calls that were up at the verdict. */
  readonly upAtVerdict: number
  /** Those of them that the box had to hang up: they led to the PBX, and could not be rescued. */
  readonly cut: number
  /** Most calls that were talking at one time. */
  readonly peakCalls: number
  /** Longest wait until a call rang, or was answered without; undefined when none did. */
  readonly longestSetUpMs: number | undefined
  readonly registrations: {
    readonly accepted: number
    readonly refused: number
    readonly onGrace: number
  }
  readonly phones: OutagePhones
  /** When no phone was away any more. */
  readonly allHomeAt: number | undefined
  /** What a reader must know of the report itself: that the box was down for a while. */
  readonly notes: readonly string[]
}
