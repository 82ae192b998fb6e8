import type { Binding } from '../../domain/binding.ts'
import { readContacts } from '../../domain/contact-header.ts'
import { phoneToken } from '../../domain/phone-token.ts'
import type { IncomingRequest, SipHeaders, SipResponseView } from '../../domain/sip.ts'
import { type FrontAddress, frontContact, phoneContact } from './front-contact.ts'
import type { RegisterFacts } from './register-facts.ts'

/** Headers of the phone that the PBX needs to see as they are: its digest is the PBX's business. */
const forwarded = ['Authorization', 'Proxy-Authorization', 'Expires', 'User-Agent', 'Allow'] as const
/** Headers of the PBX that the phone needs to see as they are. */
const relayed = [
  'WWW-Authenticate',
  'Proxy-Authenticate',
  'Authentication-Info',
  'Retry-After',
  'Min-Expires',
  'Warning',
  'Unsupported',
  'P-Associated-URI',
  'Date',
] as const

/** A phone's REGISTER as the PBX gets it: with the box as contact. */
export function forwardedHeaders(
  request: IncomingRequest,
  facts: RegisterFacts,
  address: FrontAddress,
): SipHeaders {
  const contacts = facts.contacts.map((value) => frontContact(value, facts.aor.user, address))
  return {
    From: withoutTag(request.header('from') ?? ''),
    To: request.header('to') ?? '',
    // The phone's own order of registrations is the order the PBX must see (RFC 3261 §10.2).
    'Call-ID': request.callId,
    CSeq: request.header('cseq') ?? '1 REGISTER',
    ...(contacts.length > 0 && { Contact: contacts.join(', ') }),
    ...present(forwarded, request),
  }
}

export function relayedHeaders(answer: SipResponseView): SipHeaders {
  return present(relayed, answer)
}

/** The contacts in the PBX's answer, the phone's own among them as it knows them. */
export function phoneContacts(answer: SipResponseView, known: readonly Binding[]): SipHeaders {
  const contactByToken = new Map(known.map(({ contact }) => [phoneToken(contact), contact]))
  const contacts = readContacts(answer.headers('contact')).map((value) => phoneContact(value, contactByToken))
  return contacts.length > 0 ? { Contact: contacts } : {}
}

function present(
  names: readonly string[],
  message: { headers(name: string): readonly string[] },
): SipHeaders {
  const values = names.map((name) => [name, message.headers(name)] as const)
  return Object.fromEntries(values.filter(([, lines]) => lines.length > 0))
}

/** The stack sets a tag of its own. */
function withoutTag(from: string): string {
  return from.replace(/;\s*tag=[^;>\s]*(?=[^>]*$)/i, '')
}
