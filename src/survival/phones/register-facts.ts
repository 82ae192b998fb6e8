import { type Aor, aor } from '../../domain/aor.ts'
import type { Binding } from '../../domain/binding.ts'
import { type ContactValue, readContacts, readSeconds } from '../../domain/contact-header.ts'
import type { IncomingRequest } from '../../domain/sip.ts'
import { parseDialledUri } from '../../domain/sip-uri.ts'

/** A REGISTER as far as a front for another registrar cares (RFC 3261 §10.2). */
export interface RegisterFacts {
  /** From To: whose bindings these are. */
  readonly aor: Aor
  /** Empty for a query. */
  readonly contacts: readonly ContactValue[]
  /** Seconds asked for one contact; undefined leaves it to the registrar. */
  expiresOf(contact: ContactValue): number | undefined
}

/** Undefined when To names no user: the request is left to those who answer 400. */
export function readRegisterFacts(request: IncomingRequest): RegisterFacts | undefined {
  const to = parseDialledUri(request.header('to') ?? '')
  if (!to || to.scheme === 'tel') return undefined
  const general = readSeconds(request.header('expires'))
  return {
    aor: aor(to.user, to.host),
    contacts: readContacts(request.headers('contact')),
    expiresOf: ({ parameters }) => readSeconds(parameters.get('expires')) ?? general,
  }
}

/** The binding that a PBX has just granted to one contact of a phone. */
export function grantedBinding(
  request: IncomingRequest,
  value: ContactValue,
  { name, now, seconds }: { readonly name: string; readonly now: number; readonly seconds: number },
): Binding {
  const regId = Number(value.parameters.get('reg-id'))
  const q = Number(value.parameters.get('q') ?? 1)
  return {
    aor: name,
    contact: value.uri,
    q: q >= 0 && q <= 1 ? q : 1,
    expiresAt: now + seconds * 1_000,
    callId: request.callId,
    cseq: Number.parseInt(request.header('cseq') ?? '0', 10) || 0,
    path: [],
    source: request.source,
    instance: value.parameters.get('+sip.instance'),
    regId: Number.isInteger(regId) && regId > 0 ? regId : undefined,
    userAgent: request.header('user-agent')?.slice(0, 200),
    origin: 'pbx',
    registeredAt: now,
  }
}
