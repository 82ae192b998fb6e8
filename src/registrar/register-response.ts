import type { Binding } from '../domain/binding.ts'
import type { SipHeaders } from '../domain/sip.ts'
import type { RegisterRequest } from './register-request.ts'

/** Headers of the 200 to a REGISTER: every binding of the user with the seconds it has left (RFC 3261 §10.3 step 8). */
export function registeredHeaders(
  bindings: readonly Binding[],
  { path, supportsPath }: RegisterRequest,
  now: number,
): SipHeaders {
  return {
    Date: new Date(now).toUTCString(),
    Supported: 'path',
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
