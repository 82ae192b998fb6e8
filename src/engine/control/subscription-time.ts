import type { SipMessage, SipRequest } from '../message/message.ts'

// RFC 6665 leaves the default to the event package; an hour is what most packages say.
const defaultSeconds = 3_600
// What a timer can hold.
const longestSeconds = 86_400

/** How long a SUBSCRIBE was granted: the answer says, else what was asked for (RFC 6665 §4.1.2.1). */
export function grantedSeconds(subscribe: SipRequest, answer: SipMessage): number {
  const text = answer.get('expires') ?? subscribe.get('expires')
  const seconds = Number(text)
  return text !== undefined && Number.isInteger(seconds) && seconds >= 0
    ? Math.min(seconds, longestSeconds)
    : defaultSeconds
}
