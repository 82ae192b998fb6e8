import type { PassSheet } from '../survival/rehearsal/pass-sheet.ts'
import type { RehearsalAnswer, RehearsalOrder } from '../survival/rehearsal/rehearsal-order.ts'

/** Rehearsals of a PBX's absence, as an operator sees and orders them. */
export interface RehearsalsView {
  /** Newest first, the one that is under way among them. */
  recent(): readonly PassSheet[]
  find(id: string): PassSheet | undefined
  begin(order: RehearsalOrder): Promise<RehearsalAnswer>
  /** False when none is under way, or its phones are on their way home already. */
  stopNow(by: string): boolean
}

/** A box that stands beside no PBX. */
export const noRehearsals: RehearsalsView = {
  recent: () => [],
  find: () => undefined,
  begin: async () => ({ kind: 'refused', why: 'this box stands beside no PBX' }),
  stopNow: () => false,
}
