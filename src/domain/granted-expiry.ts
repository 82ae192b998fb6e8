import { readContacts, readSeconds } from './contact-header.ts'
import { phoneParameter } from './phone-token.ts'
import type { SipResponseView } from './sip.ts'
import { parseDialledUri } from './sip-uri.ts'

/**
 * Seconds that a registrar granted to one contact in its 2xx (RFC 3261 §10.2.4): its `expires` parameter, else the
 * Expires header. Undefined when the response names neither.
 */
export function grantedSeconds(response: SipResponseView, contact: string): number | undefined {
  const own = readContacts(response.headers('contact')).find(({ uri }) => isSameContact(uri, contact))
  return readSeconds(own?.parameters.get('expires')) ?? readSeconds(response.header('expires'))
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
