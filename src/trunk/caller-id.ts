import type { TrunkEntry } from '../config/sections/trunks.ts'
import type { Aor } from '../domain/aor.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { CallQuestion } from '../domain/route.ts'
import { parseDialledUri } from '../domain/sip-uri.ts'

/** What a user of this box may show of himself. */
export interface CallerPresentation {
  readonly numbers: readonly E164[]
  /** The one of them that is shown unless he asks for another; undefined: the first. */
  readonly callerId: E164 | undefined
  readonly withholdsNumber: boolean
}

/** Whose numbers these are. */
export interface NumberOwners {
  /** Undefined when he is no user of this box. */
  presentationOf(user: Aor): CallerPresentation | undefined
  /** User of this box or of another whom calls to this number reach; undefined when it is not ours. */
  userOf(number: E164): Aor | undefined
}

export interface CallerId {
  /** Undefined when neither the caller nor the trunk has a number. */
  readonly number: E164 | undefined
  /** The caller does not want his number shown (RFC 3323). */
  readonly isWithheld: boolean
}

type TrunkNumbers = Pick<TrunkEntry, 'callerId' | 'overlayCallerId'>

/** The number that the called person sees: the caller's own, else the trunk's; never one that is not ours. */
export function callerIdOf(
  question: CallQuestion,
  entry: TrunkNumbers,
  owners: NumberOwners,
  read: (text: string) => E164 | undefined,
): CallerId {
  const { caller, assertedFrom, from } = question
  const own = caller && owners.presentationOf(caller)
  const claimed = (assertedFrom === undefined ? undefined : read(assertedFrom)) ?? read(from)
  return {
    number: own ? ofUser(own, claimed, entry) : ofOther(question, claimed, entry, owners),
    isWithheld: isAnonymous(from) || (question.withholdsNumber ?? own?.withholdsNumber ?? false),
  }
}

function ofUser(
  { numbers, callerId }: CallerPresentation,
  claimed: E164 | undefined,
  entry: TrunkNumbers,
): E164 | undefined {
  if (claimed !== undefined && numbers.includes(claimed)) return claimed
  return callerId ?? numbers[0] ?? entry.callerId
}

function ofOther(
  { source, from }: CallQuestion,
  claimed: E164 | undefined,
  entry: TrunkNumbers,
  owners: NumberOwners,
): E164 | undefined {
  const owner = claimed === undefined ? undefined : owners.userOf(claimed)
  if (source === 'pbx' && owner) return claimed
  if (source !== 'overlay') return entry.callerId
  // Another box may show a number of ours only for the very user whom that number reaches there.
  const isHis = owner !== undefined && !owners.presentationOf(owner) && isUser(from, owner)
  return isHis ? claimed : (entry.overlayCallerId ?? entry.callerId)
}

function isUser(from: string, { user, domain }: Aor): boolean {
  const uri = parseDialledUri(from)
  return uri !== undefined && uri.scheme !== 'tel' && uri.user === user && uri.host === domain
}

/** RFC 3323 §4.1.1.3 */
export function isAnonymous(from: string): boolean {
  const uri = parseDialledUri(from)
  return uri !== undefined && uri.scheme !== 'tel' && uri.host === 'anonymous.invalid'
}
