import type { TrunkEntry } from '../config/sections/trunks.ts'
import type { CallQuestion } from '../domain/route.ts'
import type { SipHeaders } from '../domain/sip.ts'
import type { NumberOwners } from './caller-id.ts'
import type { TrunkNumbers } from './trunk-numbers.ts'

/**
 * Who of ours sent the call on (RFC 5806), as a number of this trunk; it stands for all who did so before. Nothing when
 * nobody did, or only somebody without a number.
 */
export function diversionHeader(
  { divertedBy }: CallQuestion,
  { callerId }: Pick<TrunkEntry, 'callerId'>,
  domain: string,
  owners: NumberOwners,
  numbers: TrunkNumbers,
): SipHeaders {
  const own = divertedBy && owners.presentationOf(divertedBy)
  const number = own && (own.callerId ?? own.numbers[0] ?? callerId)
  if (number === undefined) return {}
  const user = numbers.format(number, 'diversion')
  return { Diversion: `<sip:${user}@${domain};user=phone>;reason=unconditional;counter=1` }
}
