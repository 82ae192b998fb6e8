import { type Aor, type AorText, printAor } from '../domain/aor.ts'
import type { RegisterRequest } from './register-request.ts'
import { RegistrationRefused } from './registration-refused.ts'

/** Phones whose passwords nobody here knows, while the PBX that does is gone. */
export interface RegistrarGrace {
  answerTo(
    user: Aor,
    device: {
      readonly address: string
      readonly instance: string | undefined
      readonly userAgent: string | undefined
      /** Nothing that it has is left out. */
      readonly isWhole: boolean
    },
  ):
    | { readonly kind: 'unknown' | 'early' | 'at-pbx' | 'over' }
    /** `until`: no registration outlives it. Milliseconds since the Unix epoch. */
    | { readonly kind: 'covered'; readonly user: Aor; readonly until: number }
}

/** A phone that is let in without a password. */
export interface Guest {
  readonly aor: Aor
  readonly aorText: AorText
  /** The longest registration that it gets. */
  readonly mostSeconds: number
  /** What it asks for, without a Path: that could lead anywhere, and only the way that its REGISTER came is known. */
  readonly asked: RegisterRequest
}

/** A phone that is not let in any more, or need not be, tries again after so long, at least, and at most twice as long. */
const backAfterSeconds = 60
/** The same, for one that is not let in yet. */
const earlySeconds = 3

/** Undefined for those who have to know the password. Throws `RegistrationRefused` when there is no grace yet, or no longer. */
export function guestOf(
  asked: RegisterRequest,
  grace: RegistrarGrace | undefined,
  now: number,
): Guest | undefined {
  const { aor, contacts, source, userAgent } = asked
  const instance = contacts === 'all' ? undefined : contacts[0]?.instance
  const isWhole = contacts !== 'all' && contacts.length > 0
  const answer = grace?.answerTo(aor, { address: source.address, instance, userAgent, isWhole })
  if (!answer || answer.kind === 'unknown') return undefined
  if (answer.kind === 'early') throw comeBack('The PBX Does Not Answer', earlySeconds)
  if (answer.kind === 'at-pbx') throw comeBack('The PBX Is In Charge', backAfterSeconds)
  if (answer.kind !== 'covered') throw graceIsOver()
  const mostSeconds = Math.floor((answer.until - now) / 1_000)
  if (mostSeconds === 0) throw graceIsOver()
  return { aor: answer.user, aorText: printAor(answer.user), mostSeconds, asked: { ...asked, path: [] } }
}

function graceIsOver(): RegistrationRefused {
  return comeBack('The PBX Is Gone And The Grace Is Over', backAfterSeconds)
}

/** Not 403, which many phones take for ever: the PBX will be back. */
function comeBack(reason: string, leastSeconds: number): RegistrationRefused {
  const headers = { 'Retry-After': String(leastSeconds + Math.floor(Math.random() * leastSeconds)) }
  return new RegistrationRefused(503, reason, headers, 'caller')
}
