import type { SipHeaders } from '../../domain/sip.ts'
import type { AnsweredLeg } from './outgoing-leg.ts'

/** Ends a leg that was answered and that no call is made of. How its BYE fares changes nothing. */
export function letGo(leg: AnsweredLeg, headers: SipHeaders = {}): void {
  leg.media.end()
  leg.release()
  leg.dialog.hangUp(headers).catch(() => undefined)
}
