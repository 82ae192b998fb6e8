import { type AorText, printAor } from '../domain/aor.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { CallQuestion } from '../domain/route.ts'
import { type Destination, insideOf } from './destination.ts'
import type { Knowledge } from './knowledge.ts'
import { planRoute } from './plan-route.ts'

/** A question to the overlay that a route is worth waiting for, and how long. */
export type LookUp =
  | { readonly kind: 'user'; readonly aor: AorText; readonly mostMs: number }
  | { readonly kind: 'pstn'; readonly number: E164; readonly mostMs: number }

/** Nothing else is known: the caller waits for the overlay. */
const decisiveMs = 2_000
/** There is a way already: the overlay may add to it, but not hold it up. */
const additionalMs = 100

/** What to ask the overlay. A call that the overlay brought is never sent into it again (loop guard). */
export function lookUpsFor(
  question: CallQuestion,
  destination: Destination,
  knowledge: Knowledge,
): readonly LookUp[] {
  if (question.source === 'overlay') return []
  const { plan } = planRoute(question, destination, knowledge)
  if (plan.kind === 'refuse' && plan.status === 403) return []
  const mostMs = plan.kind === 'targets' ? additionalMs : decisiveMs
  const inside = insideOf(destination)
  switch (inside.kind) {
    case 'user':
    case 'overlay-user':
      return [{ kind: 'user', aor: printAor(inside.aor), mostMs }]
    case 'number':
    case 'emergency':
      return [{ kind: 'pstn', number: inside.number, mostMs }]
    default:
      return []
  }
}
