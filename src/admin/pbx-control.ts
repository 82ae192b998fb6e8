import type { Fault } from '../survival/health/diagnosis.ts'
import type { PbxView } from '../survival/health/pbx-view.ts'
import type { PbxOrder, PbxOrderAnswer } from '../survival/health/pbx-watch.ts'

/** The PBXs as a person sees and steers them. `by` says who, and is logged. */
export interface PbxControl {
  view(): readonly PbxView[]
  /** What is wrong with the PBXs and around them, the widest first. */
  faults(): readonly Fault[]
  /** Now; witnesses go on from there. */
  switchTo(pbx: string, to: PbxOrder, by: string): PbxOrderAnswer
  /** Whatever witnesses see, until it is unlocked or the time is over. */
  lock(pbx: string, to: PbxOrder, forMs: number, by: string): PbxOrderAnswer
  unlock(pbx: string, by: string): PbxOrderAnswer
}

/** HTTP status and words for an order that was not carried out. */
export const refusalOfOrder = {
  unknown: { status: 404, text: 'there is no PBX of that name' },
  locked: { status: 409, text: 'that PBX is locked; unlock it first' },
  'not-locked': { status: 409, text: 'that PBX is not locked' },
} as const

export const noPbxs: PbxControl = {
  view: () => [],
  faults: () => [],
  switchTo: () => 'unknown',
  lock: () => 'unknown',
  unlock: () => 'unknown',
}
