import type { PbxLeg } from './pbx-leg.ts'
import type { Pairing } from './pbx-pairs.ts'

/** What a PBX itself has told of whom it connects, a manager interface for one. */
export interface PbxConversations {
  /** Call-IDs of the legs that the PBX connects with this one, as last heard; undefined when it does not tell of it. */
  partnersOf(pbx: string, callId: string): readonly string[] | undefined
}

export interface RescuePair {
  readonly to: PbxLeg
  readonly from: PbxLeg
  readonly why: string
}

export interface RescuePlan {
  readonly pairs: readonly RescuePair[]
  /** Legs whose other half is not known, or not at this box. */
  readonly alone: readonly { readonly leg: PbxLeg; readonly why: string }[]
}

/**
 * Who is to be joined with whom when a PBX is gone. What the PBX does now, by its own word or by the way of its media,
 * counts more than how the calls began.
 */
export function rescuePlan(
  legs: readonly PbxLeg[],
  remembered: (leg: PbxLeg) => Pairing,
  conversations: PbxConversations | undefined,
): RescuePlan {
  const froms = legs.filter(({ way }) => way === 'from')
  const found = legs
    .filter(({ way }) => way === 'to')
    .map((to) => ({ to, pairing: partnerNow(to, froms, conversations) ?? remembered(to) }))
  const claims = new Map<string, number>()
  for (const { pairing } of found) {
    if (pairing.kind === 'pair') claims.set(pairing.other.call, (claims.get(pairing.other.call) ?? 0) + 1)
  }
  const pairs: RescuePair[] = []
  const alone: RescuePlan['alone'][number][] = []
  for (const { to, pairing } of found) {
    // As it is now, not as it was when it was remembered.
    const from = pairing.kind === 'pair' ? froms.find(({ call }) => call === pairing.other.call) : undefined
    if (pairing.kind === 'none') alone.push({ leg: to, why: pairing.why })
    else if (!from) alone.push({ leg: to, why: 'the call that belonged to it is over' })
    else if (claims.get(from.call) !== 1) alone.push({ leg: to, why: 'another call claims the same partner' })
    else if (isElsewhere(from, to, conversations)) alone.push({ leg: to, why: elsewhere })
    else pairs.push({ to, from, why: pairing.why })
  }
  const paired = new Set(pairs.map(({ from }) => from.call))
  for (const leg of froms) {
    if (paired.has(leg.call)) continue
    const pairing = remembered(leg)
    alone.push({ leg, why: pairing.kind === 'none' ? pairing.why : 'its partner is connected otherwise' })
  }
  return { pairs, alone }
}

const elsewhere = 'the PBX has connected it otherwise since'

function partnerNow(
  to: PbxLeg,
  froms: readonly PbxLeg[],
  conversations: PbxConversations | undefined,
): Pairing | undefined {
  const told = conversations?.partnersOf(to.pbx, to.callId)
  if (told !== undefined) {
    const other = told.length === 1 ? froms.find(({ callId }) => callId === told[0]) : undefined
    return other
      ? { kind: 'pair', other, why: 'the PBX itself tells that it connects them' }
      : { kind: 'none', why: elsewhere }
  }
  const direct = froms.filter((from) => isDirect(to, from))
  const [other] = direct
  if (!other || direct.length > 1) return undefined
  return { kind: 'pair', other, why: 'the PBX leads their media past itself, from one to the other' }
}

function isDirect(to: PbxLeg, from: PbxLeg): boolean {
  if (to.theirs === undefined || from.theirs === undefined) return false
  return to.theirs === from.ours && from.theirs === to.ours
}

function isElsewhere(from: PbxLeg, to: PbxLeg, conversations: PbxConversations | undefined): boolean {
  const told = conversations?.partnersOf(from.pbx, from.callId)
  return told !== undefined && !(told.length === 1 && told[0] === to.callId)
}
