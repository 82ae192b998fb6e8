import type { OutsideFacts } from '../call-charge.ts'
import type { CallUnderWay, Party } from './transferable-call.ts'

/** What the leg of a party outside costs, when the call that it comes from was charged for it. */
export function outsideOf({ callLog }: CallUnderWay, { outsideNumber }: Party): OutsideFacts | undefined {
  return outsideNumber === undefined ? undefined : callLog.outside
}
