import type { TrunkEntry } from '../config/sections/trunks.ts'
import type { OutgoingOptions } from '../domain/sip.ts'
import type { TrunkAddress } from './trunk-address.ts'

export interface RegisterFacts {
  readonly callId: string
  readonly cseq: number
  readonly contact: string
  /** 0 takes the registration back. */
  readonly expiresSeconds: number
}

/** A REGISTER for the account of a trunk. */
export function registerOptions(
  { username, authUsername, password, bulkRegistration }: TrunkEntry,
  { domain }: TrunkAddress,
  { callId, cseq, contact, expiresSeconds }: RegisterFacts,
): Pick<OutgoingOptions, 'headers' | 'account'> {
  const own = `<sip:${username ?? 'causeway'}@${domain}>`
  return {
    headers: {
      From: own,
      To: own,
      Contact: `<${contact}>`,
      Expires: String(expiresSeconds),
      'Call-ID': callId,
      CSeq: `${cseq} REGISTER`,
      // RFC 6140 §5.1
      ...(bulkRegistration && { Require: 'gin', 'Proxy-Require': 'gin', Supported: 'path, gin' }),
    },
    ...(password !== undefined && { account: { username: authUsername ?? username ?? '', password } }),
  }
}
