import type { LegPolicy } from '../../domain/leg-policy.ts'
import type { IncomingInvite, SipHeaders } from '../../domain/sip.ts'
import { isNoOffer } from './body-type.ts'
import { requiredInVain } from './extensions.ts'
import { refusedSessionTimer } from './session-timer.ts'

export interface InviteRefusal {
  readonly status: number
  readonly headers: SipHeaders
  readonly cause: string
}

/** What a caller wants that the box cannot do, whomever it calls (RFC 3261 §8.2.2.3, §8.2.3, RFC 4028 §6). */
export function unacceptable(
  invite: IncomingInvite,
  policy: LegPolicy | undefined,
): InviteRefusal | undefined {
  const tags = requiredInVain(invite, policy).join(', ')
  if (tags !== '')
    return { status: 420, headers: { Unsupported: tags }, cause: `the caller requires ${tags}` }
  if (isNoOffer(invite)) {
    const headers = { Accept: 'application/sdp' }
    return { status: 415, headers, cause: 'the body is no session description' }
  }
  const headers = refusedSessionTimer(invite, policy?.sessionTimer)
  return headers && { status: 422, headers, cause: "the caller's session timer is too short" }
}
