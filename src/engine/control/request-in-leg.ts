import { type DialogRequest, isTargetRefresh } from '../dialog/dialog.ts'
import type { HeaderLine, SipRequest } from '../message/message.ts'
import { readAppHeaders, sdpContentType } from './app-headers.ts'
import type { Leg } from './leg.ts'
import { needsContentType } from './new-request.ts'
import { missingSessionExpires } from './session-refresh.ts'

/** What drachtio-srf writes as Request-URI when it leaves the target to the dialog. */
const placeholder = 'sip:placeholder'

/** RFC 3261 §12.2.1.1: who, where and which number is the dialog's to say; what, the application's. Throws RequestRefused. */
export function completeInLeg(draft: SipRequest, leg: Leg): DialogRequest {
  const headers = readAppHeaders(draft, leg.point)
  const lines: HeaderLine[] = []
  if (isTargetRefresh(draft.method)) {
    const contact = headers.contacts[0]?.value ?? leg.localContact
    if (contact !== undefined) lines.push({ name: 'Contact', key: 'contact', value: contact })
    leg.localContact = contact
  }
  lines.push(...headers.others, ...missingSessionExpires(leg, draft))
  if (needsContentType(draft, headers)) lines.push(sdpContentType)
  // A request that answers a challenge comes with the number drachtio-srf counted on.
  if (headers.sequence !== undefined) leg.localSequence = Math.max(leg.localSequence, headers.sequence - 1)
  const { request, nextHop } = leg.newRequest(draft.method, lines, draft.body)
  if (draft.uri === placeholder || draft.method === 'PRACK' || !leg.routeSet.isLoose)
    return { request, nextHop }
  request.uri = draft.uri
  return { request, nextHop: leg.routeSet.routes.length > 0 ? nextHop : leg.nextHopFor(draft.uri) }
}
