import type { SipMessageView } from '../domain/sip.ts'

/** Option tags that both legs of a bridged call can keep (RFC 3261 §19.2). */
const understood = new Set(['100rel'])

/** What a caller requires and the box does not do; empty when it may be served (RFC 3261 §8.2.2.3). */
export function requiredInVain(invite: SipMessageView): readonly string[] {
  const tags = invite.headers('Require').flatMap((value) => value.split(',').map((tag) => tag.trim()))
  return tags.filter((tag) => tag !== '' && !understood.has(tag.toLowerCase()))
}
