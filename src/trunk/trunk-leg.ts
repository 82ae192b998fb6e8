import type { NumberHeader } from '../config/sections/trunk-numbers.ts'
import type { TrunkEntry } from '../config/sections/trunks.ts'
import type { LegPolicy } from '../domain/leg-policy.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { CallQuestion, RouteTarget } from '../domain/route.ts'
import type { DigestAccount, SipHeaders } from '../domain/sip.ts'
import { parseDialledUri } from '../domain/sip-uri.ts'
import { callerIdOf, type NumberOwners } from './caller-id.ts'
import { diversionHeader } from './diversion.ts'
import { identityHeaders } from './identity-headers.ts'
import type { TrunkAddress } from './trunk-address.ts'
import type { TrunkNumbers } from './trunk-numbers.ts'

/** An outgoing leg on a trunk, ready to be sent. */
export interface TrunkLeg {
  readonly uri: string
  readonly proxy?: string
  readonly from: string
  readonly to: string
  readonly contact?: string
  readonly account?: DigestAccount
  readonly headers: SipHeaders
  readonly policy: LegPolicy
  /** Gives the channel back. Safe to call twice. */
  release(): void
}

/** The trunk that a leg is made for. */
export interface LegTrunk {
  readonly entry: TrunkEntry
  readonly address: TrunkAddress
  readonly numbers: TrunkNumbers
  readonly owners: NumberOwners
  /** The number in what a user, a PBX or another box says of itself. */
  read(text: string): E164 | undefined
}

export interface CallOut {
  readonly target: RouteTarget
  readonly question: CallQuestion
  readonly displayName: string | undefined
}

/** Nothing of the trunk's limits applies to it. */
export function isCallForHelp(target: RouteTarget): boolean {
  return target.emergency !== undefined || !numberOf(target).startsWith('+')
}

/** Whom the leg calls and who calls, as this trunk writes it. */
export function addressedLeg(
  { target, question, displayName }: CallOut,
  trunk: LegTrunk,
): Pick<TrunkLeg, 'uri' | 'to' | 'from' | 'headers' | 'account'> {
  const { entry, address, numbers } = trunk
  const { username, authUsername, password } = entry
  const number = numberOf(target)
  return {
    uri: `sip:${numbers.format(number, 'requestUri')}@${address.hostPart};user=phone`,
    to: `<sip:${numbers.format(number, 'to')}@${address.domain};user=phone>`,
    ...callerOf({ target, question, displayName }, trunk),
    ...(password !== undefined && { account: { username: authUsername ?? username ?? '', password } }),
  }
}

function callerOf(
  { target, question, displayName }: CallOut,
  { entry, address: { domain }, numbers, owners, read }: LegTrunk,
): Pick<TrunkLeg, 'from' | 'headers'> {
  const callerId = callerIdOf(question, entry, owners, read)
  const isForHelp = isCallForHelp(target)
  const number = target.emergency?.callbackNumber ?? callerId.number
  // Those who help must be able to call back.
  const isWithheld = callerId.isWithheld && !isForHelp
  const format = (each: E164, header: NumberHeader) => numbers.format(each, header)
  const { from, headers } = identityHeaders({ number, isWithheld }, { entry, domain, displayName, format })
  return {
    from,
    headers: {
      ...headers,
      ...(callerId.isWithheld && isForHelp && { Privacy: 'none' }),
      ...diversionHeader(question, entry, domain, owners, numbers),
    },
  }
}

function numberOf({ uri }: RouteTarget): string {
  const called = parseDialledUri(uri)
  return called?.scheme === 'tel' ? called.number : uri
}
