import { pickedHeaders } from '../domain/picked-headers.ts'
import type { SipMessageView } from '../domain/sip.ts'

/** The phone's digest goes along: it is the PBX that checks it. */
const asked = [
  'Event',
  'Expires',
  'Accept',
  'Supported',
  'Require',
  'Content-Type',
  'SIP-If-Match',
  'User-Agent',
  'Authorization',
  'Proxy-Authorization',
]

const answered = [
  'Expires',
  'Min-Expires',
  'Allow-Events',
  'Accept',
  'Require',
  'Unsupported',
  'SIP-ETag',
  'Retry-After',
  'Warning',
  'Reason',
  'Content-Type',
  'WWW-Authenticate',
  'Proxy-Authenticate',
  'Authentication-Info',
]

const notified = [
  'Event',
  'Subscription-State',
  'Allow-Events',
  'Require',
  'Supported',
  'Content-Type',
  'Content-Disposition',
  'Call-Info',
]

/** Of SUBSCRIBE and PUBLISH, to the PBX. What names our own dialogs stays behind. */
export const passedToPbx = (request: SipMessageView) => pickedHeaders(request, asked)
export const passedToPhone = (response: SipMessageView) => pickedHeaders(response, answered)
export const passedOfNotify = (notify: SipMessageView) => pickedHeaders(notify, notified)
