import type { Aor } from '../domain/aor.ts'
import type { CallPath } from '../domain/call-record.ts'
import type { LegPolicy } from '../domain/leg-policy.ts'
import type { E164 } from '../domain/phone-number.ts'
import type { CallQuestion, RouteTarget } from '../domain/route.ts'
import type { IncomingInvite, InviteOptions, ProxyOptions, SipDialog } from '../domain/sip.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { LegPreparer } from './legs/prepared-leg.ts'
import type { CallMedia, PbxWitness, Router } from './neighbours.ts'
import type { TransferRules } from './transfer/outside-transfer.ts'
import type { CallUnderWay } from './transfer/transferable-call.ts'

export interface CallNetwork {
  invite(uri: string, options: InviteOptions & { readonly body: string }): Promise<SipDialog>
  proxy(request: IncomingInvite, destinations: readonly string[], options?: ProxyOptions): Promise<number>
}

/** What every call of the box is made with. */
export interface CallParts {
  readonly network: CallNetwork
  readonly router: Router
  readonly legs: LegPreparer
  readonly media: CallMedia
  readonly witness: PbxWitness
  readonly clock: Clock
  readonly log: Log
  /** Hangs up a call on a trunk so that a call for help finds room; false when none may be. */
  makeRoom(trunk: string): Promise<boolean>
  /** The number of a user of ours, by which the world outside knows him. */
  numberOf(user: Aor): E164 | undefined
  readonly transferRules: TransferRules
  /** How long one target may ring. */
  readonly ringMs: number
  /** Somebody has answered, and the two are connected. */
  onBridged?(call: CallUnderWay): void
  /** What the leg of a caller wants of media and signalling; undefined when it has no wishes, as phones. */
  policyOf?(source: CallPath, label: string | undefined): LegPolicy | undefined
  /** Where a call among our own phones is forwarded instead of bridged; undefined for every other call. */
  forwardTo(question: CallQuestion, targets: readonly RouteTarget[]): readonly string[] | undefined
  /** The Contact header that a caller is redirected to; undefined for every call that goes through the box. */
  redirectTo(question: CallQuestion, targets: readonly RouteTarget[]): string | undefined
}
