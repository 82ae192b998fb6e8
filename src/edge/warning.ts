import type { SipHeaders } from '../domain/sip.ts'

/** Why, in words, for whoever reads the answer (RFC 3261 §20.43: 399 is for a person, or a log). */
export function warning(text: string): SipHeaders {
  return { Warning: `399 causeway "${text.replace(/["\\]/g, '\\$&')}"` }
}
