import type { Binding } from '../domain/binding.ts'
import type { SipHeaders } from '../domain/sip.ts'
import type { RegisterRequest } from './register-request.ts'

// RFC 5626 §4.4: what NATs forget after half a minute, and what only has to be found dead.
const udpFlowSeconds = 30
const streamFlowSeconds = 120

/** Headers of the 200 to a REGISTER: every binding of the user with the seconds it has left (RFC 3261 §10.3 step 8). */
export function registeredHeaders(
  bindings: readonly Binding[],
  { path, supportsPath, isOutbound, source }: RegisterRequest,
  now: number,
): SipHeaders {
  return {
    Date: new Date(now).toUTCString(),
    Supported: 'path, outbound',
    // RFC 5626 §6: the phone may count on its flow, and says often enough that it is there.
    ...(isOutbound && {
      Require: 'outbound',
      'Flow-Timer': String(source.transport === 'udp' ? udpFlowSeconds : streamFlowSeconds),
    }),
    ...(bindings.length > 0 && { Contact: bindings.map((binding) => printContact(binding, now)) }),
    // RFC 3327 §5.3: only those who know Path are told.
    ...(supportsPath && path.length > 0 && { Path: path }),
  }
}

function printContact({ contact, q, expiresAt, instance, regId }: Binding, now: number): string {
  const seconds = Math.max(1, Math.ceil((expiresAt - now) / 1_000))
  const preference = q === 1 ? '' : `;q=${q}`
  const phone = instance === undefined ? '' : `;+sip.instance="${instance.replace(/["\\]/g, '\\$&')}"`
  const flow = regId === undefined ? '' : `;reg-id=${regId}`
  return `<${contact}>;expires=${seconds}${preference}${phone}${flow}`
}
