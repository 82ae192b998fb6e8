import { pickedHeaders } from '../../domain/picked-headers.ts'
import type { SipMessageView } from '../../domain/sip.ts'

/** Of an INVITE, to the other leg. What names our own dialogs or promises what we do not do stays behind. */
const ofRequest = [
  'Accept',
  'Accept-Contact',
  'Accept-Language',
  'Alert-Info',
  'Call-Info',
  'Content-Disposition',
  'Content-Type',
  'Diversion',
  'Geolocation',
  'Geolocation-Routing',
  'History-Info',
  'Organization',
  'P-Early-Media',
  'Priority',
  'Privacy',
  'Referred-By',
  'Subject',
  'User-To-User',
]

const ofResponse = [
  'Alert-Info',
  'Call-Info',
  'Content-Disposition',
  'Content-Type',
  'Error-Info',
  'History-Info',
  'P-Early-Media',
  'Reason',
  'Retry-After',
  'User-To-User',
  'Warning',
]

/** Of requests inside a dialog: INFO, MESSAGE, NOTIFY. */
const inDialog = [
  'Accept',
  'Content-Disposition',
  'Content-Type',
  'Event',
  'Info-Package',
  'Refer-To',
  'Referred-By',
  'Subscription-State',
]

const challenges = ['WWW-Authenticate', 'Proxy-Authenticate']
const credentials = ['Authorization', 'Proxy-Authorization']

export const passedOfInvite = (invite: SipMessageView) => pickedHeaders(invite, ofRequest)
export const passedOfResponse = (response: SipMessageView) => pickedHeaders(response, ofResponse)
export const passedInDialog = (request: SipMessageView) => pickedHeaders(request, inDialog)
export const challengesOf = (response: SipMessageView) => pickedHeaders(response, challenges)
/** The phone's digest for its PBX, which only fits the PBX's own challenge. */
export const credentialsOf = (request: SipMessageView) => pickedHeaders(request, credentials)
