import { createHash } from 'node:crypto'

/**
 * URI parameter by which the box tells the phones of one user apart in the contacts that it registers at a PBX:
 * `sip:201@box;phone=3f9a…`. The PBX sends it back in the Request-URI (RFC 3261 §16.5).
 */
export const phoneParameter = 'phone'

/** A short name of a phone's contact; the same for each registration of that contact. */
export function phoneToken(contact: string): string {
  return createHash('sha256').update(contact).digest('hex').slice(0, 12)
}
