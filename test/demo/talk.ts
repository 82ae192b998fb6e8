import type { SipPhone } from '../support/sip-phone.ts'
import { within } from '../support/within.ts'

/**
 * One call, from dialling to the BYE heard at the far end. Resolves with the milliseconds to the answer; the evidence
 * is the callee's own: its phone rang and names the caller.
 */
export async function talk(
  caller: SipPhone,
  dialled: string,
  callee: SipPhone,
  as?: string,
): Promise<number> {
  const began = performance.now()
  const call = await caller.call(dialled)
  try {
    await call.answered(10_000)
    const answeredAfter = performance.now() - began
    const arrived = await callee.nextCall(2_000)
    const calling = arrived.invite.from.uri
    const expected = as ?? caller.aor
    if (!calling.startsWith(expected))
      throw new Error(`the callee was shown ${calling} instead of ${expected}`)
    await call.hangUp()
    await within(5_000, 'the BYE at the callee', arrived.ended())
    return answeredAfter
  } catch (error) {
    if (call.isUp) await call.hangUp()
    else call.cancel()
    throw error
  }
}
