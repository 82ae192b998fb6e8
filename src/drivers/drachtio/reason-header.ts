import type { SipMessageView } from '../../domain/sip.ts'

/** Why somebody ended a call: all Reason headers as one, undefined without any (RFC 3326 §2). */
export function reasonIn(message: SipMessageView): string | undefined {
  const reasons = message.headers('reason')
  return reasons.length > 0 ? reasons.join(', ') : undefined
}
