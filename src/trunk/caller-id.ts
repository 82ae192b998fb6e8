import type { TrunkEntry } from '../config/sections/trunks.ts'
import type { Aor } from '../domain/aor.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { CallQuestion } from '../domain/route.ts'
import { parseDialledUri } from '../domain/sip-uri.ts'

/** Whose numbers these are. */
export interface NumberOwners {
  /** The user's first number. */
  numberOf(aor: Aor): E164 | undefined
  /** Whether the number belongs to a user or DID of this box. */
  isOurs(number: E164): boolean
}

export interface CallerId {
  /** Undefined when neither the caller nor the trunk has a number. */
  readonly number: E164 | undefined
  /** The caller does not want his number shown (RFC 3323). */
  readonly isWithheld: boolean
}

/** The number that the called person sees: the user's own, else the trunk's; never one that is not ours. */
export function callerIdOf(
  question: CallQuestion,
  entry: Pick<TrunkEntry, 'callerId'>,
  owners: NumberOwners,
  read: (text: string) => E164 | undefined,
): CallerId {
  const claimed = read(question.from)
  const number =
    (question.caller && owners.numberOf(question.caller)) ??
    (claimed !== undefined && owners.isOurs(claimed) ? claimed : undefined) ??
    entry.callerId
  return { number, isWithheld: isAnonymous(question.from) }
}

// RFC 3323 §4.1.1.3
function isAnonymous(from: string): boolean {
  const uri = parseDialledUri(from)
  return uri !== undefined && uri.scheme !== 'tel' && uri.host === 'anonymous.invalid'
}
