import type { SipHeaders } from '../domain/sip.ts'
import { grantedSeconds } from './subscribe-facts.ts'

/** A SUBSCRIBE that the box is to answer as the notifier. */
export interface OwnQuestion {
  /** The event package. */
  readonly what: string
  /** The user's domain has a PBX, in whose place the box answers. */
  readonly hasPbx: boolean
  /** A user asks about himself. */
  readonly isOwnState: boolean
  /** The box would know of the calls of the user who is asked about. */
  readonly isKnown: boolean
  readonly askedSeconds: number
  /** By digest; else the phone is on grace. */
  readonly isProven: boolean
}

export type OwnAnswer =
  | { readonly kind: 'granted'; readonly seconds: number; readonly headers: SipHeaders }
  | { readonly kind: 'refused'; readonly status: number; readonly headers: SipHeaders }

/** What the box can be a truthful notifier of: calls of users it knows, and what a PBX said last of a mailbox. */
export function ownAnswer({ what, hasPbx, isOwnState, isKnown, ...asked }: OwnQuestion): OwnAnswer {
  // The box has no mailboxes of its own.
  const packages = hasPbx ? ['dialog', 'message-summary'] : ['dialog']
  const headers = { 'Allow-Events': packages.join(', ') }
  if (!packages.includes(what)) return refused(489, headers)
  // Who may look into whose mailbox is for the PBX to say.
  if (what === 'message-summary' && !isOwnState) return refused(480)
  // A parking place, perhaps: the PBX knows it, and will again.
  if (what === 'dialog' && !isKnown) return refused(hasPbx ? 480 : 404)
  const seconds = grantedSeconds(asked.askedSeconds, asked.isProven)
  if (seconds === undefined) return refused(tooBrief.status, tooBrief.headers)
  return { kind: 'granted', seconds, headers: { Expires: String(seconds), ...headers } }
}

/** RFC 6665 §4.2.1.1 */
export const tooBrief = { status: 423, headers: { 'Min-Expires': '30' } } as const

function refused(status: number, headers: SipHeaders = {}): OwnAnswer {
  return { kind: 'refused', status, headers }
}
