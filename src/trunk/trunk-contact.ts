import type { TrunkEntry } from '../config/sections/trunks.ts'
import type { SipStack, SipTransport } from '../domain/sip.ts'

type ContactKeys = Pick<TrunkEntry, 'contactUser' | 'username' | 'bulkRegistration' | 'transport'>

/** Our Contact URI at the provider. For a bulk registration it names no user (RFC 6140 §5.2). */
export function contactUri(
  { contactUser, username, bulkRegistration, transport }: ContactKeys,
  stack: Pick<SipStack, 'localHostPort'>,
  usedTransport: SipTransport = transport ?? 'udp',
): string {
  const hostPort = stack.localHostPort(usedTransport) ?? 'localhost'
  if (bulkRegistration) return `sip:${hostPort};transport=${usedTransport};bnc`
  return `sip:${contactUser ?? username ?? 'causeway'}@${hostPort};transport=${usedTransport}`
}
