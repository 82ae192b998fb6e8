import type { ContactValue } from '../../domain/contact-header.ts'
import { phoneParameter, phoneToken } from '../../domain/phone-token.ts'
import type { SipTransport } from '../../domain/sip.ts'
import { parseDialledUri } from '../../domain/sip-uri.ts'

/** The box as a PBX should reach it. */
export interface FrontAddress {
  /** As advertised for this transport. */
  readonly hostPort: string
  readonly transport: SipTransport
}

/** The contact that stands at the PBX for one phone: the box, and which phone it means. */
export function frontContactUri(
  contact: string,
  user: string,
  { hostPort, transport }: FrontAddress,
): string {
  const escaped = user.replace(/[^A-Za-z0-9\-_.!~*'()&=+$,?/]/g, (character) => encodeURIComponent(character))
  return `sip:${escaped}@${hostPort};transport=${transport};${phoneParameter}=${phoneToken(contact)}`
}

/** A phone's Contact as the PBX gets it: expiry and preference kept, the rest is the box's own business. */
export function frontContact(value: ContactValue, user: string, address: FrontAddress): string {
  if (value.uri === '*') return '*'
  return `<${frontContactUri(value.uri, user, address)}>${kept(value, ['expires', 'q'])}`
}

/** A contact in the PBX's answer as the phone gets it: its own contact for the one that stands for it. */
export function phoneContact(value: ContactValue, contactByToken: ReadonlyMap<string, string>): string {
  const uri = parseDialledUri(value.uri)
  const token = uri?.parameters.get(phoneParameter)
  const contact = token === undefined ? undefined : contactByToken.get(token)
  return `<${contact ?? value.uri}>${kept(value, ['expires', 'q'])}`
}

function kept({ parameters }: ContactValue, names: readonly string[]): string {
  return names.map((name) => (parameters.has(name) ? `;${name}=${parameters.get(name)}` : '')).join('')
}
