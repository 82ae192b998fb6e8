import type { Clock } from '../../lib/clock.ts'
import type { PeerTable } from '../membership/peer-table.ts'
import type { PeerId } from '../protocol/peer-id.ts'
import { lookUp, mostAsked } from '../records/lookup.ts'
import { closestPeers, pointOfResource } from '../records/placement.ts'
import type { CopySurvey } from './copy-survey.ts'

/** Finds the canary of another box as a caller would, but believes neither that box nor, if it can, itself. */
export class Witness {
  readonly #self: PeerId
  readonly #copies: number
  readonly #table: Pick<PeerTable, 'placed'>
  readonly #survey: Pick<CopySurvey, 'ask'>
  readonly #clock: Clock

  constructor(parts: {
    self: PeerId
    copies: number
    table: Pick<PeerTable, 'placed'>
    survey: Pick<CopySurvey, 'ask'>
    clock: Clock
  }) {
    this.#self = parts.self
    this.#copies = parts.copies
    this.#table = parts.table
    this.#survey = parts.survey
    this.#clock = parts.clock
  }

  /** When the canary that was found had been stored; 0 when no other box has one. */
  async find(asker: PeerId, resource: string): Promise<number> {
    const placed = this.#table.placed()
    const closest = closestPeers(pointOfResource('canary', resource), placed, mostAsked(this.#copies) + 2)
    const others = closest.filter((peer) => peer !== asker && peer !== this.#self)
    const candidates = others.length > 0 ? others : closest.filter((peer) => peer === this.#self)
    const ask = async (peer: PeerId, late: AbortSignal) =>
      (await this.#survey.ask(peer, 'canary', resource, late)).copies
    // Nobody calls it off: the look-up has a bound of its own.
    const { signal } = new AbortController()
    // The canary was stored a moment ago: a holder that has an earlier one is not to answer for all.
    const question = { candidates, copies: this.#copies, isUnsettled: true, ask }
    const { records } = await lookUp(question, this.#clock, signal)
    return records.find(({ signer }) => signer === asker)?.storedAt ?? 0
  }
}
