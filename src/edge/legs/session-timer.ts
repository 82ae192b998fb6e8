import type { SessionTimerPolicy } from '../../domain/leg-policy.ts'
import type { SipHeaders, SipMessageView } from '../../domain/sip.ts'
import { optionsIn } from './extensions.ts'

// Session timers (RFC 4028): what is asked for and agreed on. The engine refreshes, and hangs up when nobody does.

/** The part of each refresher, seen from this box as UAC. */
const ofUac = { box: ';refresher=uac', 'far-end': ';refresher=uas', any: '' }

/** What an INVITE of ours asks for (§7.1). */
export function askedSessionTimer(policy: SessionTimerPolicy | undefined): SipHeaders {
  if (!policy) return {}
  const { expiresSeconds, minSeconds, refresher } = policy
  return {
    'Session-Expires': `${Math.max(expiresSeconds, minSeconds)}${ofUac[refresher]}`,
    'Min-SE': String(minSeconds),
  }
}

/**
 * The headers of the 422 for a caller whose session is to be refreshed more often than the policy lets it (§6); a caller
 * that knows no timers would not understand (§9).
 */
export function refusedSessionTimer(
  invite: SipMessageView,
  policy: SessionTimerPolicy | undefined,
): SipHeaders | undefined {
  const asked = secondsIn(invite.header('Session-Expires'))
  if (!policy || asked === undefined || asked >= policy.minSeconds || !knowsTimers(invite)) return undefined
  return { 'Min-SE': String(policy.minSeconds) }
}

/** What our 2xx agrees on (§9): the caller's wish, else the policy's; nothing when neither has one. */
export function agreedSessionTimer(
  invite: SipMessageView,
  policy: SessionTimerPolicy | undefined,
): SipHeaders {
  const wish = invite.header('Session-Expires')
  const asked = secondsIn(wish)
  const least = Math.max(secondsIn(invite.header('Min-SE')) ?? 0, policy?.minSeconds ?? 0)
  const seconds = shorter(asked, policy && Math.max(policy.expiresSeconds, least))
  if (seconds === undefined) return {}
  const callerCan = knowsTimers(invite)
  const named = /;\s*refresher\s*=\s*(uac|uas)\b/i.exec(wish ?? '')?.[1]?.toLowerCase()
  // §9, table 2: a caller without timers cannot refresh; one that has named the refresher is obeyed.
  const refresher = callerCan ? (named ?? (policy?.refresher === 'box' ? 'uas' : 'uac')) : 'uas'
  return {
    'Session-Expires': `${seconds};refresher=${refresher}`,
    ...(refresher === 'uac' && { Require: 'timer' }),
  }
}

const knowsTimers = (invite: SipMessageView): boolean => optionsIn(invite, 'Supported').includes('timer')

function secondsIn(value: string | undefined): number | undefined {
  const seconds = Number.parseInt(value ?? '', 10)
  return seconds > 0 ? seconds : undefined
}

function shorter(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other)
}
