import { type ContactValue, readContacts, readSeconds } from './contact-header.ts'
import { phoneParameter } from './phone-token.ts'
import type { SipResponseView } from './sip.ts'
import { parseDialledUri } from './sip-uri.ts'

/**
 * Seconds that a registrar granted to one contact in its 2xx (RFC 3261 §10.2.4): its `expires` parameter, else the
 * Expires header; where the contact came back rewritten, the least of those that may be it. Undefined when the response
 * names neither.
 */
export function grantedSeconds(response: SipResponseView, contact: string): number | undefined {
  const general = readSeconds(response.header('expires'))
  const granted = ownAmong(readContacts(response.headers('contact')), contact).flatMap(
    ({ parameters }) => readSeconds(parameters.get('expires')) ?? general ?? [],
  )
  return granted.length > 0 ? Math.min(...granted) : general
}

/** A registrar lists everybody's contacts, and an SBC before it may have put an address of its own into ours. */
function ownAmong(listed: readonly ContactValue[], contact: string): readonly ContactValue[] {
  const same = listed.filter(({ uri }) => isSameContact(uri, contact))
  if (same.length > 0) return same
  const own = marksOf(contact)
  const mayBeOwn = listed.filter(
    ({ uri, parameters }) => isNoOther(marksOf(uri).phone, own.phone) && parameters.get('expires') !== '0',
  )
  const ofPhone = mayBeOwn.filter(({ uri }) => own.phone !== undefined && marksOf(uri).phone === own.phone)
  if (ofPhone.length > 0) return ofPhone
  const ofUser = mayBeOwn.filter(({ uri }) => own.user !== undefined && marksOf(uri).user === own.user)
  if (ofUser.length > 0) return ofUser
  return mayBeOwn.length === 1 ? mayBeOwn : []
}

/** What is left of a contact when its address is rewritten. */
function marksOf(contact: string): { readonly user?: string; readonly phone?: string | undefined } {
  const uri = parseDialledUri(contact)
  if (!uri || uri.scheme === 'tel') return {}
  return { user: uri.user, phone: uri.parameters.get(phoneParameter) }
}

function isNoOther(phone: string | undefined, own: string | undefined): boolean {
  return phone === undefined || phone === own
}

/** Whether two contact URIs are one phone's; a registrar may have added or dropped parameters on the way. */
function isSameContact(one: string, other: string): boolean {
  const [a, b] = [parseDialledUri(one), parseDialledUri(other)]
  if (!a || !b || a.scheme === 'tel' || b.scheme === 'tel') return false
  return (
    a.user === b.user &&
    a.host === b.host &&
    (a.port ?? 5060) === (b.port ?? 5060) &&
    a.parameters.get(phoneParameter) === b.parameters.get(phoneParameter)
  )
}
