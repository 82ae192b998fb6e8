import { type AorText, printAor } from '../domain/aor.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { CallQuestion } from '../domain/route.ts'
import { type Destination, insideOf } from './destination.ts'
import type { Knowledge } from './knowledge.ts'
import { planRoute } from './plan-route.ts'

/** A question to the overlay that a route is worth waiting for, and how long. */
export type LookUp =
  | { readonly kind: 'user'; readonly aor: AorText; readonly mostMs: number }
  | { readonly kind: 'member'; readonly aor: AorText; readonly mostMs: number }
  | { readonly kind: 'pstn'; readonly number: E164; readonly mostMs: number }

/** Nothing else is known: the caller waits for the overlay. */
const decisiveMs = 2_000
/** There is a way already: the overlay may add to it, but not hold it up. */
const additionalMs = 100
/** Others of the group can be rung, but this member only if he is elsewhere. */
const memberMs = 500

/**
 * What to ask the overlay. A call that the overlay brought is not sent into it again for the same user; where it named a
 * number or a group, its users are looked for.
 */
export function lookUpsFor(
  question: CallQuestion,
  destination: Destination,
  knowledge: Knowledge,
): readonly LookUp[] {
  const inside = insideOf(destination)
  const isNamedAnew = inside.kind === 'group' || ('isAssigned' in inside && inside.isAssigned === true)
  if (question.source === 'overlay' && !isNamedAnew) return []
  const { plan } = planRoute(question, destination, knowledge)
  if (plan.kind === 'refuse' && plan.status === 403) return []
  const isRinging = plan.kind === 'targets'
  const mostMs = isRinging ? additionalMs : decisiveMs
  switch (inside.kind) {
    case 'user':
    case 'overlay-user':
      return [{ kind: 'user', aor: printAor(inside.aor), mostMs }]
    case 'group':
      return knowledge.members.map(({ aor, bindings }) => {
        const alone = isRinging ? memberMs : decisiveMs
        return { kind: 'member', aor: printAor(aor), mostMs: bindings.length > 0 ? additionalMs : alone }
      })
    case 'number':
      return knowledge.toll?.refusal ? [] : [{ kind: 'pstn', number: inside.number, mostMs }]
    case 'emergency':
      return [{ kind: 'pstn', number: inside.number, mostMs }]
    default:
      return []
  }
}
