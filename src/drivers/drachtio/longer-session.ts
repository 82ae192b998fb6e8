import type { SipHeaders, SipMessageView } from '../../domain/sip.ts'

/**
 * The headers of a request whose session timer was too short for the far end (422): the shortest that it takes (RFC 4028
 * §7.3). Undefined when the request asked for none, or the far end wants no more than it asked for.
 */
export function longerSession(headers: SipHeaders, refusal: SipMessageView): SipHeaders | undefined {
  const asked = headers['Session-Expires']
  const least = Number.parseInt(refusal.header('min-se') ?? '', 10)
  if (typeof asked !== 'string' || !(least > Number.parseInt(asked, 10))) return undefined
  return { 'Session-Expires': asked.replace(/^\s*\d+/, String(least)), 'Min-SE': String(least) }
}
