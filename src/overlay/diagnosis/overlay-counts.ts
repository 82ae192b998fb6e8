import { Histogram, type HistogramFigures } from '../../lib/histogram.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import { type Refusal, type RefusedClaim, RefusedClaims } from '../trust/refused-claims.ts'

/** `cached`: answered from memory. `none`: the holders were asked and have nothing. */
export type LookUpOutcome = 'cached' | 'found' | 'none' | 'failed'

/** What a box has done in its overlay since it started. */
export interface OverlayFigures {
  /** In seconds. */
  readonly lookUps: Readonly<Record<LookUpOutcome, HistogramFigures>>
  /** Holders that were asked by those look-ups, this box left out. */
  readonly holdersAsked: number
  /** Times that a box was connected, and that one was lost. */
  readonly joined: number
  readonly lost: number
  /** Records that were not believed, by fault. */
  readonly refusedRecords: Readonly<Record<string, number>>
  /** Of questions and answers; without encryption and without SIP links. */
  readonly bytesSent: number
  readonly bytesReceived: number
}

const bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.9, 2]

/** Counts what happens in one overlay. */
export class OverlayCounts {
  readonly #lookUps: Readonly<Record<LookUpOutcome, Histogram>> = {
    cached: new Histogram(bounds),
    found: new Histogram(bounds),
    none: new Histogram(bounds),
    failed: new Histogram(bounds),
  }
  readonly #claims = new RefusedClaims()
  #members: ReadonlySet<PeerId> = new Set()
  #holdersAsked = 0
  #joined = 0
  #lost = 0
  #bytesSent = 0
  #bytesReceived = 0

  lookUp(outcome: LookUpOutcome, milliseconds: number, holdersAsked: number): void {
    this.#lookUps[outcome].observe(milliseconds / 1_000)
    this.#holdersAsked += holdersAsked
  }

  /** A record that `from` stored here, or served, is not to be believed. True when that claim is news. */
  refused(from: PeerId, refusal: Refusal, now: number): boolean {
    return this.#claims.note(from, refusal, now)
  }

  /** Who is connected now. */
  members(now: readonly PeerId[]): void {
    const members = new Set(now)
    for (const peer of members) if (!this.#members.has(peer)) this.#joined++
    for (const peer of this.#members) if (!members.has(peer)) this.#lost++
    this.#members = members
  }

  sent(bytes: number): void {
    this.#bytesSent += bytes
  }

  received(bytes: number): void {
    this.#bytesReceived += bytes
  }

  /** The last claims that were refused, newest first. */
  get refusedClaims(): readonly RefusedClaim[] {
    return this.#claims.recent
  }

  get figures(): OverlayFigures {
    const { cached, found, none, failed } = this.#lookUps
    return {
      lookUps: {
        ...{ cached: cached.figures, found: found.figures },
        ...{ none: none.figures, failed: failed.figures },
      },
      holdersAsked: this.#holdersAsked,
      joined: this.#joined,
      lost: this.#lost,
      refusedRecords: this.#claims.counts,
      bytesSent: this.#bytesSent,
      bytesReceived: this.#bytesReceived,
    }
  }
}
