import type { Binding } from '../domain/binding.ts'
import type { CallQuestion } from '../domain/route.ts'
import type { InsideDestination } from './destination.ts'
import type { Knowledge } from './knowledge.ts'

/**
 * The called phones have not gone home yet after survival, and the caller can prove himself to the box. A PBX on trial is
 * asked first all the same: calls that never get there say nothing of it.
 */
export function isAstray(inside: InsideDestination, question: CallQuestion, knowledge: Knowledge): boolean {
  if (knowledge.pbx?.isOnTrial) return false
  if (inside.kind !== 'user' || knowledge.bindings.length === 0) return false
  if (question.source === 'phone' && !knowledge.callerHasPassword) return false
  return knowledge.isAway ?? knowledge.bindings.every(isOfBox)
}

/** Somebody who is called has a phone that only this box knows, or one at another box: a PBX may say that he is not there. */
export function mayBeUnknownThere({ bindings, homeBoxes, members }: Knowledge): boolean {
  return [{ bindings, homeBoxes }, ...members].some(
    (each) => each.bindings.some(isOfBox) || each.homeBoxes === 'no answer' || each.homeBoxes.length > 0,
  )
}

function isOfBox({ origin }: Binding): boolean {
  return origin === 'box'
}
