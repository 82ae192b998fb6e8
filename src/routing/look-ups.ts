import { type AorText, printAor } from '../domain/aor.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { CallQuestion } from '../domain/route.ts'
import { type Destination, insideOf } from './destination.ts'
import type { Knowledge, Member } from './knowledge.ts'
import { planRoute } from './plan-route.ts'
import { isOnlyAtPbx } from './without-pbx.ts'

/** A question to the overlay that a route is worth waiting for, and how long. */
export type LookUp =
  | { readonly kind: 'user'; readonly aor: AorText; readonly mostMs: number }
  | { readonly kind: 'member'; readonly aor: AorText; readonly mostMs: number }
  /** Who takes calls in place of a voicemail. */
  | { readonly kind: 'forward'; readonly aor: AorText; readonly mostMs: number }
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
  if (knowledge.isOnGrace && inside.kind !== 'emergency') return []
  if (destination.kind === 'pbx' && isOnlyAtPbx(destination, knowledge))
    return forwardLookUps(knowledge, decisiveMs)
  const isRinging = plan.kind === 'targets'
  const mostMs = isRinging ? additionalMs : decisiveMs
  const forward = forwardLookUps(knowledge, isRinging ? additionalMs : memberMs)
  switch (inside.kind) {
    case 'user':
    case 'overlay-user':
      return [{ kind: 'user', aor: printAor(inside.aor), mostMs }, ...forward]
    case 'group':
      return [...knowledge.members.map((member) => memberLookUp(member, isRinging)), ...forward]
    case 'number':
      return knowledge.toll?.refusal ? [] : [{ kind: 'pstn', number: inside.number, mostMs }]
    case 'emergency':
      return [{ kind: 'pstn', number: inside.number, mostMs }]
    default:
      return []
  }
}

function memberLookUp({ aor, bindings }: Member, isRinging: boolean): LookUp {
  const alone = isRinging ? memberMs : decisiveMs
  return { kind: 'member', aor: printAor(aor), mostMs: bindings.length > 0 ? additionalMs : alone }
}

function forwardLookUps({ voicemail }: Knowledge, mostMs: number): readonly LookUp[] {
  const place = voicemail?.forward?.destination
  if (place?.kind !== 'user' && place?.kind !== 'overlay-user') return []
  return [{ kind: 'forward', aor: printAor(place.aor), mostMs }]
}
