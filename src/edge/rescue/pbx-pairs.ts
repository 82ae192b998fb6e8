import { type Evidence, mayBelongTo, pairEvidence } from './pair-evidence.ts'
import type { PbxLeg } from './pbx-leg.ts'

/** Whom a leg is connected with at the PBX, as far as the box can tell. */
export type Pairing =
  | { readonly kind: 'pair'; readonly other: PbxLeg; readonly why: string }
  | { readonly kind: 'none'; readonly why: string }

interface Known {
  readonly leg: PbxLeg
  weight: number
  why: string
  /** Keys of all legs for which there was evidence of this weight, those of calls that are over too. */
  candidates: string[]
}

const nobody = 'no other call of the box belongs to it'
const ambiguous = 'more than one call of the box may belong to it'

/**
 * Remembers, from the answers of calls on, which legs a PBX has connected with each other, so that nothing has to be
 * asked when it is dead. What was once ambiguous stays so: a call that has ended proves nothing for those that go on.
 */
export class PbxPairs {
  readonly #known = new Map<string, Known>()

  /** A leg was answered. */
  add(leg: PbxLeg): void {
    const mine: Known = { leg, weight: 0, why: nobody, candidates: [] }
    for (const theirs of this.#known.values()) {
      if (theirs.leg.pbx !== leg.pbx || theirs.leg.way === leg.way) continue
      const [to, from] = leg.way === 'to' ? [mine, theirs] : [theirs, mine]
      const evidence = pairEvidence(to.leg, from.leg)
      if (!evidence) continue
      const rival = evidence.weight === 1 ? this.#rivalOf(to.leg, from.leg) : undefined
      note(mine, evidence, theirs.leg)
      note(theirs, evidence, leg)
      if (rival) note(from, evidence, rival)
    }
    this.#known.set(keyOf(leg), mine)
  }

  /** Its call is over. */
  remove(call: string): void {
    this.#known.delete(keyOf({ call, way: 'to' }))
    this.#known.delete(keyOf({ call, way: 'from' }))
  }

  /** Only what is unique both ways is a pair. */
  pairingOf(leg: Pick<PbxLeg, 'call' | 'way'>): Pairing {
    const key = keyOf(leg)
    const mine = this.#known.get(key)
    const [candidate] = mine?.candidates ?? []
    if (!mine || candidate === undefined) return { kind: 'none', why: nobody }
    const theirs = this.#known.get(candidate)
    if (mine.candidates.length > 1) return { kind: 'none', why: ambiguous }
    if (!theirs) return { kind: 'none', why: 'the call that belonged to it is over' }
    const isMutual = theirs.candidates.length === 1 && theirs.candidates[0] === key
    return isMutual ? { kind: 'pair', other: theirs.leg, why: mine.why } : { kind: 'none', why: ambiguous }
  }

  #rivalOf(to: PbxLeg, from: PbxLeg): PbxLeg | undefined {
    for (const { leg, candidates } of this.#known.values()) {
      if (leg.pbx !== to.pbx || leg.way !== 'to' || leg.call === to.call || candidates.length > 0) continue
      if (mayBelongTo(leg, to, from)) return leg
    }
    return undefined
  }
}

function note(known: Known, { weight, why }: Evidence, other: PbxLeg): void {
  if (weight < known.weight) return
  if (weight > known.weight) known.candidates = []
  known.weight = weight
  known.why = why
  // Two are as many as a hundred.
  if (known.candidates.length < 2) known.candidates.push(keyOf(other))
}

function keyOf({ call, way }: Pick<PbxLeg, 'call' | 'way'>): string {
  return `${way} ${call}`
}
