/** What took a PBX out of service, as far as the box can tell. */
export type OutageCause =
  /** The network refused: nothing listens there (ICMP, RST). */
  | 'refused'
  /** No answer. */
  | 'silent'
  /** It answered 503, or too late. */
  | 'overloaded'
  /** Nothing behind the same network can be reached: the way there is broken, not the PBX. */
  | 'network'
  /** Its name could not be resolved. */
  | 'dns'
  /** A person said so. */
  | 'switched'
  /** It lives: the box rehearses its absence. */
  | 'rehearsal'

/** A time in which the box stood in for a PBX. Times in milliseconds since the Unix epoch. */
export interface Outage {
  readonly id: string
  readonly pbx: string
  readonly domain: string
  readonly cause: OutageCause
  /** The last witness before the verdict, in words. */
  readonly why: string
  /** When the first failure was seen that led to the verdict. */
  readonly startedAt: number
  /** The verdict: from here on the box stood in. */
  readonly detectedAt: number
  /** When the PBX was in charge again; undefined while it lasts. */
  readonly endedAt: number | undefined
}
