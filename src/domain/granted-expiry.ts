import { phoneParameter } from './phone-token.ts'
import type { SipResponseView } from './sip.ts'
import { parseDialledUri } from './sip-uri.ts'

/**
 * Seconds that a registrar granted to one contact in its 2xx (RFC 3261 §10.2.4): its `expires` parameter, else the
 * Expires header. Undefined when the response names neither.
 */
export function grantedSeconds(response: SipResponseView, contact: string): number | undefined {
  const own = response
    .headers('contact')
    .flatMap(splitContacts)
    .find((each) => isSame(each, contact))
  const parameter = own && />[^>]*;\s*expires\s*=\s*"?(\d+)/i.exec(own)?.[1]
  const seconds = parameter ?? response.header('expires')?.trim()
  return seconds !== undefined && /^\d{1,10}$/.test(seconds) ? Number(seconds) : undefined
}

/** Commas between `<…>` and outside of quotes separate contacts. */
function splitContacts(header: string): string[] {
  return header.match(/(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,"<])+/g) ?? []
}

function isSame(header: string, contact: string): boolean {
  const [a, b] = [parseDialledUri(header), parseDialledUri(contact)]
  if (!a || !b || a.scheme === 'tel' || b.scheme === 'tel') return false
  return (
    a.user === b.user &&
    a.host === b.host &&
    (a.port ?? 5060) === (b.port ?? 5060) &&
    a.parameters.get(phoneParameter) === b.parameters.get(phoneParameter)
  )
}
