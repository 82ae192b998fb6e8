import { RecentMap } from '../../lib/recent-map.ts'
import type { PeerId } from '../protocol/peer-id.ts'

export interface Refusal {
  /** A `RecordFault`. */
  readonly fault: string
  /** In words, with the name that was claimed. */
  readonly reason: string
}

/** A record that a box offered and that was not believed. */
export interface RefusedClaim extends Refusal {
  /** Who stored it here, or served it: not always who signed it. */
  readonly from: PeerId
  readonly times: number
  /** When it was last refused, in milliseconds since the Unix epoch. */
  readonly at: number
}

const mostKept = 32
/** Of one box and one fault, in milliseconds: a box may invent names without end. */
const oneLineIn = 10_000
const subjectsRemembered = 1_024
/** These happen between honest boxes: news that crossed on the way, clocks a little apart. */
const ordinary: ReadonlySet<string> = new Set(['older', 'expired'])

/** Remembers which records were refused: how many by fault, and the last ones in words. */
export class RefusedClaims {
  readonly #counts = new Map<string, number>()
  readonly #recent = new Map<string, RefusedClaim>()
  readonly #saidAt = new RecentMap<number>(subjectsRemembered)

  /** True when that claim is worth a line in the log: no ordinary fault, not among the last ones, and the first for a while. */
  note(from: PeerId, { fault, reason }: Refusal, now: number): boolean {
    this.#counts.set(fault, (this.#counts.get(fault) ?? 0) + 1)
    if (ordinary.has(fault)) return false
    const key = `${from} ${fault} ${reason}`
    const before = this.#recent.get(key)
    this.#recent.delete(key)
    this.#recent.set(key, { from, fault, reason, times: (before?.times ?? 0) + 1, at: now })
    if (this.#recent.size > mostKept) {
      const [oldest] = this.#recent.keys()
      if (oldest !== undefined) this.#recent.delete(oldest)
    }
    return before === undefined && this.#isQuiet(`${from} ${fault}`, now)
  }

  #isQuiet(subject: string, now: number): boolean {
    const saidAt = this.#saidAt.get(subject)
    if (saidAt !== undefined && Math.abs(now - saidAt) < oneLineIn) return false
    this.#saidAt.set(subject, now)
    return true
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }

  /** Newest first. */
  get recent(): readonly RefusedClaim[] {
    return [...this.#recent.values()].reverse()
  }
}
