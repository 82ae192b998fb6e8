import type { SipMessageView } from '../domain/sip.ts'

const usualSeconds = 3_600
const longestSeconds = 86_400

/** The event package that a message names (RFC 6665 §8.2.1), in lower case; empty when it names none. */
export function eventPackage(message: SipMessageView): string {
  return (message.header('event') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** Seconds of the Expires header, an hour where there is none, a day at most. */
export function expiresSeconds(message: SipMessageView): number {
  const text = message.header('expires')
  return text !== undefined && /^\s*\d+\s*$/.test(text)
    ? Math.min(Number(text), longestSeconds)
    : usualSeconds
}

/** Whether a NOTIFY is the last one (RFC 6665 §4.1.3). */
export function isTerminated(notify: SipMessageView): boolean {
  return /^\s*terminated\b/i.test(notify.header('subscription-state') ?? '')
}

/** From or To without its tag, for the other side's dialog. */
export function withoutTag(header: string): string {
  return header.replace(/;\s*tag=[^;,>\s]*(?=[^>]*$)/i, '')
}

const leastSeconds = 30
/** For phones on grace: so soon they have to be let in again. */
const secondsOnGrace = 300

/** What the box grants (RFC 6665 §4.2.1.1: never more than was asked); undefined when that is too brief to be worth it. */
export function grantedSeconds(askedSeconds: number, isProven: boolean): number | undefined {
  if (askedSeconds > 0 && askedSeconds < leastSeconds) return undefined
  return Math.min(askedSeconds, isProven ? usualSeconds : secondsOnGrace)
}
