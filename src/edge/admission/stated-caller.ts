import type { CallPath } from '../../domain/call-record.ts'
import type { CallQuestion } from '../../domain/route.ts'
import type { IncomingInvite } from '../../domain/sip.ts'
import type { WishPrefixes } from './wish-prefixes.ts'

export interface CallerRules {
  /** Who calls from a trunk, as its provider asserts him. */
  callerOf(trunk: string, invite: IncomingInvite): OutsideCaller
  readonly wishes: WishPrefixes
}

export interface OutsideCaller {
  readonly from: string
  readonly asserted: string | undefined
  readonly withholdsNumber: boolean
}

export interface Spoken {
  readonly source: CallPath
  readonly label: string
  /** False for a phone whose PBX will check it: what it dials is for that PBX to read. */
  readonly callerIsAuthenticated: boolean
  readonly from: string
  readonly displayName: string | undefined
  readonly requestUri: string
}

export interface StatedCaller
  extends Pick<CallQuestion, 'from' | 'requestUri' | 'assertedFrom' | 'withholdsNumber'> {
  readonly displayName: string | undefined
}

/**
 * What an INVITE says of its caller: who he is, where neighbours vouch for that (RFC 3325 §5: never a phone or a stranger),
 * and whether he wants to be unknown (RFC 3323).
 */
export function statedCaller(
  invite: IncomingInvite,
  { source, label, callerIsAuthenticated, from, displayName, requestUri }: Spoken,
  { callerOf, wishes }: CallerRules,
): StatedCaller {
  if (source === 'trunk') {
    const { from: caller, asserted, withholdsNumber } = callerOf(label, invite)
    return {
      from: caller,
      requestUri,
      displayName: withholdsNumber ? 'Anonymous' : displayName,
      ...(asserted !== undefined && { assertedFrom: asserted }),
      withholdsNumber,
    }
  }
  const asserted = source === 'pbx' || source === 'overlay' ? invite.header('p-asserted-identity') : undefined
  const isForPbx = source === 'phone' && !callerIsAuthenticated
  const dialled = isForPbx ? { requestUri, withholdsNumber: undefined } : wishes.read(requestUri)
  const withholdsNumber = dialled.withholdsNumber ?? wishIn(invite.header('privacy'))
  return {
    from,
    requestUri: dialled.requestUri,
    displayName,
    ...(asserted !== undefined && { assertedFrom: asserted }),
    ...(withholdsNumber !== undefined && { withholdsNumber }),
  }
}

/** RFC 3323 §4.2, RFC 3325 §9.3 */
function wishIn(privacy: string | undefined): boolean | undefined {
  const tokens = (privacy ?? '').toLowerCase().split(/[\s;,]+/)
  if (tokens.includes('none')) return false
  return ['id', 'user', 'header'].some((token) => tokens.includes(token)) ? true : undefined
}
