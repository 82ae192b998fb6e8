import { type Aor, printAor } from '../../domain/aor.ts'
import type { CallQuestion } from '../../domain/route.ts'
import { nameAddr } from '../name-addr.ts'

export interface DisplayNames {
  displayNameOf(user: Aor): string | undefined
}

/** RFC 3323 §4.1.1.3: what callers put into From who do not want to be known. */
const anonymous = /@anonymous\.invalid\b/i

/** The From header: users of ours by their AoR and the name the box knows, everybody else as they called. */
export function fromOf(question: CallQuestion, displayName: string | undefined, names: DisplayNames): string {
  const { caller, callerIsAuthenticated, from } = question
  if (!caller || !callerIsAuthenticated || anonymous.test(from)) return nameAddr(from, displayName)
  return nameAddr(printAor(caller), names.displayNameOf(caller) ?? displayName)
}
