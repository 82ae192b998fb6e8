import type { CallQuestion, RouteTarget } from '../domain/route.ts'
import type { IncomingInvite, InviteOptions, ProxyOptions, SipDialog } from '../domain/sip.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { CallMedia, PbxWitness, Router } from './neighbours.ts'
import type { LegPreparer } from './prepared-leg.ts'

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
  /** How long one target may ring. */
  readonly ringMs: number
  /** Where a call among our own phones is forwarded instead of bridged; undefined for every other call. */
  forwardTo(question: CallQuestion, targets: readonly RouteTarget[]): readonly string[] | undefined
  /** The Contact header that a caller is redirected to; undefined for every call that goes through the box. */
  redirectTo(question: CallQuestion, targets: readonly RouteTarget[]): string | undefined
}
