import { hasOption } from '../dialog/reliable-provisionals.ts'
import type { HeaderLine, SipMessage, SipRequest } from '../message/message.ts'
import type { Leg } from './leg.ts'

/** RFC 4028 §4: nobody may ask for less, in seconds. */
export const shortestSession = 90

// What a timer can hold.
const longestSession = 86_400 * 7

/** What Session-Expires says: how long, and which side of the transaction that it came in refreshes. */
export interface SessionTerms {
  readonly seconds: number
  readonly refresher: 'uac' | 'uas' | undefined
}

/** Undefined when the header is not there, or says nothing of use. */
export function sessionTermsOf(message: SipMessage): SessionTerms | undefined {
  const value = message.get('session-expires')
  const match = value === undefined ? null : /^\s*(\d{1,9})\s*(?:;(.*))?$/.exec(value)
  if (!match || Number(match[1]) === 0) return undefined
  const refresher = /(?:^|;)\s*refresher\s*=\s*(uac|uas)\s*(?:;|$)/i.exec(match[2] ?? '')?.[1]?.toLowerCase()
  return {
    seconds: Math.min(Number(match[1]), longestSession),
    refresher: refresher as SessionTerms['refresher'],
  }
}

/** RFC 4028 §9: such an INVITE gets 422. */
export function isSessionTooShort(request: SipRequest): boolean {
  const terms = sessionTermsOf(request)
  return terms !== undefined && terms.seconds < shortestSession
}

/** When the session has to be given up, in seconds after it was agreed or refreshed (RFC 4028 §10). */
export const givenUpAfter = (seconds: number): number => seconds - Math.min(32, seconds / 3)

/** Applications leave refreshes to the engine: what they send in a session with a timer renews it all the same (§7.4). */
export function missingSessionExpires(leg: Leg, draft: Drafted): HeaderLine[] {
  if (leg.sessionSeconds === undefined || !refreshes(draft.method) || draft.has('session-expires')) return []
  return sessionExpires(leg.sessionSeconds, leg.isRefreshedByUs ? 'uac' : 'uas')
}

/** The far end refreshes, and the application's 2xx does not say for how long (§9). */
export function echoedSessionExpires(leg: Leg, request: SipRequest, draft: Answered): HeaderLine[] {
  const { status } = draft
  if (leg.sessionSeconds === undefined || status < 200 || status >= 300) return []
  const terms = refreshes(request.method) ? sessionTermsOf(request) : undefined
  if (!terms || draft.has('session-expires')) return []
  const callerCan = hasOption(request.values('supported'), 'timer')
  const refresher = terms.refresher ?? (callerCan ? 'uac' : 'uas')
  const lines = sessionExpires(terms.seconds, refresher)
  return callerCan && refresher === 'uac'
    ? [...lines, { name: 'Require', key: 'require', value: 'timer' }]
    : lines
}

export function sessionExpires(seconds: number, refresher: 'uac' | 'uas'): HeaderLine[] {
  return [
    { name: 'Session-Expires', key: 'session-expires', value: `${seconds};refresher=${refresher}` },
    { name: 'Supported', key: 'supported', value: 'timer' },
  ]
}

type Drafted = Pick<SipRequest, 'method' | 'has'>
type Answered = { readonly status: number; has(name: string): boolean }

const refreshes = (method: string): boolean => method === 'INVITE' || method === 'UPDATE'
