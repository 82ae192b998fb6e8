import { mean, type Percentiles, percentilesOf } from './percentiles.ts'

/**
 * What came of one look-up of a user.
 * - `found`: the home box was among the answers, and is up;
 * - `missing`: it was not, though it is up and reachable from the asker: the only kind that counts against the overlay;
 * - `gone-but-listed`, `gone-and-absent`: the home box is down or on the other side of a cut, and its record was, or was
 *   no longer, in the overlay. Both are right: a record is good until it expires;
 * - `wrong`: a box was named that never was home to the user;
 * - `undecided`: home box or asker came or went meanwhile.
 */
export type LookUpOutcome =
  | 'found'
  | 'missing'
  | 'gone-but-listed'
  | 'gone-and-absent'
  | 'wrong'
  | 'undecided'

export interface LookUp {
  readonly outcome: LookUpOutcome
  readonly milliseconds: number
  /** Boxes that were asked, the asker itself left out. */
  readonly asks: number
  /** How often boxes were asked anew, all at once counting as one. */
  readonly rounds: number
}

export interface LookUpFigures {
  readonly outcomes: Readonly<Record<LookUpOutcome, number>>
  /** Of users whose home box is up and reachable, from 0 to 1. */
  readonly success: number
  /** Of those. */
  readonly milliseconds: Percentiles
  readonly meanAsks: number
  readonly rounds: Percentiles
}

export function lookUpFigures(lookUps: readonly LookUp[]): LookUpFigures {
  const count = (outcome: LookUpOutcome) => lookUps.filter((lookUp) => lookUp.outcome === outcome).length
  const outcomes = {
    found: count('found'),
    missing: count('missing'),
    'gone-but-listed': count('gone-but-listed'),
    'gone-and-absent': count('gone-and-absent'),
    wrong: count('wrong'),
    undecided: count('undecided'),
  }
  const counted = lookUps.filter(({ outcome }) => outcome === 'found' || outcome === 'missing')
  return {
    outcomes,
    success: counted.length === 0 ? 1 : outcomes.found / counted.length,
    milliseconds: percentilesOf(counted.map(({ milliseconds }) => milliseconds)),
    meanAsks: mean(counted.map(({ asks }) => asks)),
    rounds: percentilesOf(counted.map(({ rounds }) => rounds)),
  }
}
