import type { AorText } from '../domain/aor.ts'
import { type Binding, bindingKey } from '../domain/binding.ts'
import type { BindingChanges } from './binding-store.ts'
import type { RegisterRequest, RequestedContact } from './register-request.ts'
import { RegistrationRefused } from './registration-refused.ts'
import { isSameContact } from './same-contact.ts'

export interface RegistrationRules {
  readonly minExpiresSeconds: number
  readonly maxExpiresSeconds: number
  readonly defaultExpiresSeconds: number
  readonly maxContacts: number
}

/**
 * What a REGISTER changes among the bindings that its user has now (RFC 3261 §10.3 steps 6 and 7): all it asks for, or
 * nothing and `RegistrationRefused`.
 */
export function planRegistration(
  aor: AorText,
  current: readonly Binding[],
  request: RegisterRequest,
  rules: RegistrationRules,
  now: number,
): BindingChanges {
  if (request.contacts === 'all') {
    for (const binding of current) checkOrder(binding, request)
    return { put: [], remove: current }
  }
  const put = new Map<string, Binding>()
  const replaced = new Set<Binding>()
  for (const contact of request.contacts) {
    for (const binding of current) {
      if (!isReplaced(binding, contact)) continue
      checkOrder(binding, request)
      replaced.add(binding)
    }
    if (contact.expiresSeconds === 0) continue
    const expiresAt = now + grantedSeconds(contact, rules) * 1_000
    const binding = newBinding(aor, contact, request, now, expiresAt)
    put.set(bindingKey(binding), binding)
  }
  const after = current.length - replaced.size + put.size
  if (after > current.length && after > rules.maxContacts)
    throw new RegistrationRefused(403, 'Too Many Contacts')
  return {
    put: [...put.values()],
    remove: [...replaced].filter((binding) => !put.has(bindingKey(binding))),
  }
}

/** A request that was overtaken by a later one of the same phone aborts as a whole. */
function checkOrder(binding: Binding, { callId, cseq }: RegisterRequest): void {
  // RFC 3261 §10.3 step 7 refuses an equal CSeq too. It is let pass: it is the phone's repetition of a request whose 200
  // was lost with the process, and changes nothing.
  if (binding.callId === callId && cseq < binding.cseq)
    throw new RegistrationRefused(500, 'Out Of Order Registration')
}

function grantedSeconds({ expiresSeconds }: RequestedContact, rules: RegistrationRules): number {
  const seconds = expiresSeconds ?? rules.defaultExpiresSeconds
  const least = Math.min(rules.minExpiresSeconds, rules.maxExpiresSeconds)
  if (expiresSeconds !== undefined && expiresSeconds < least)
    throw new RegistrationRefused(423, 'Interval Too Brief', { 'Min-Expires': String(least) })
  return Math.min(Math.max(seconds, least), rules.maxExpiresSeconds)
}

/** RFC 5626 §6: a phone that names its flows replaces the flow, whatever its contact was. */
function isReplaced(binding: Binding, contact: RequestedContact): boolean {
  if (binding.regId === undefined || contact.regId === undefined)
    return isSameContact(binding.contact, contact.uri)
  return binding.instance === contact.instance && binding.regId === contact.regId
}

function newBinding(
  aor: AorText,
  { uri, q, instance, regId }: RequestedContact,
  { callId, cseq, path, source, userAgent }: RegisterRequest,
  now: number,
  expiresAt: number,
): Binding {
  return {
    aor,
    contact: uri,
    q,
    expiresAt,
    callId,
    cseq,
    path,
    source,
    instance,
    regId,
    userAgent,
    origin: 'box',
    registeredAt: now,
  }
}
