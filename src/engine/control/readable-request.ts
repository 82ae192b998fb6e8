import type { SipRequest } from '../message/message.ts'
import { parseUri } from '../message/uri.ts'

/**
 * Reads what an application and the engine itself will ask of a request outside any dialog, so that what is malformed
 * is answered 400 before anybody is told. Throws SipParseError.
 */
export function checkReadable(request: SipRequest): void {
  if (/^sips?:/i.test(request.uri)) parseUri(request.uri)
  if (needsContact(request.method)) void request.contacts
}

/** Methods whose Contact says where to go on (RFC 3261 §10.2 and §12.1.1, RFC 6665 §4.1.2). */
function needsContact(method: string): boolean {
  return method === 'INVITE' || method === 'REGISTER' || method === 'SUBSCRIBE'
}
