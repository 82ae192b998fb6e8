import type { Aor, AorText } from '../domain/aor.ts'
import type { DialRight } from '../domain/dial-right.ts'

/** A user of this box, without secrets. */
export interface Account {
  readonly aor: Aor
  readonly aorText: AorText
  readonly displayName: string | undefined
  readonly aliases: readonly string[]
  /** E.164, the caller ID first. */
  readonly numbers: readonly string[]
  /** The one of them that is shown instead of the first. */
  readonly callerId: string | undefined
  readonly withholdsNumber: boolean
  readonly mayDial: readonly DialRight[]
}
