import type { SipMessageView } from '../../domain/sip.ts'

// A multipart body may hold a session description: whoever is called decides.
const mayBeCalled = /^\s*(?:application\/sdp|multipart\/)/i

/** A body that is certainly no offer; a call with it is refused (RFC 3261 §8.2.3). */
export function isNoOffer(invite: SipMessageView): boolean {
  const type = invite.header('Content-Type')
  return invite.body !== '' && type !== undefined && !mayBeCalled.test(type)
}
