import type { E164 } from '../../domain/phone-number.ts'
import type { CallQuestion } from '../../domain/route.ts'
import type { Party } from './transferable-call.ts'

/** Whether a user may connect two parties outside with each other and leave. */
export interface TransferRules {
  /** Why not. `numbers` are those that were called; who called in has none. */
  mayConnectOutside(
    question: CallQuestion,
    numbers: readonly E164[],
  ): { readonly status: number; readonly why: string } | undefined
}

type End = Pick<Party, 'path' | 'outsideNumber'>

/** The numbers that are being paid for when both ends are outside; undefined when one of them is inside. */
export function connectedOutside(one: End, other: End): E164[] | undefined {
  if (!isOutside(one) || !isOutside(other)) return undefined
  return [one.outsideNumber, other.outsideNumber].filter((number) => number !== undefined)
}

function isOutside({ path, outsideNumber }: End): boolean {
  return path === 'trunk' || outsideNumber !== undefined
}
