import type { AorText } from '../../domain/aor.ts'
import type { Binding } from '../../domain/binding.ts'
import type { IncomingRequest } from '../../domain/sip.ts'
import type { Clock } from '../../lib/clock.ts'
import { RecentMap } from '../../lib/recent-map.ts'
import type { WatchedPbx } from '../health/pbx-watch.ts'
import { isGrantedLongEnough, type KeptRegistration, keptRegistration } from './kept-registration.ts'
import type { RegisterFacts } from './register-facts.ts'
import type { PaceRank } from './registration-pace.ts'

/** Who answers a REGISTER for a PBX that lives. */
export type FrontVerdict =
  | { readonly kind: 'pbx' }
  /** The box's own registrar, as while the PBX was gone. */
  | { readonly kind: 'box' }
  /** What it asks for is true already. */
  | { readonly kind: 'kept'; readonly registration: KeptRegistration }
  /** Too many at once. */
  | { readonly kind: 'later' }

export interface FrontGateParts {
  readonly pace: (
    pbx: string,
  ) => { readonly isLimited: boolean; turn(rank: PaceRank): Promise<void> | undefined } | undefined
  readonly homecoming: {
    isToBeLed(user: AorText, domain: string): boolean
    isAwaited(user: AorText, domain: string): boolean
  }
  readonly bindings: { lookup(aor: AorText): readonly Binding[] }
  readonly clock: Clock
}

const mostChallenged = 8_000

/** Lets no more REGISTERs pass to a PBX than it shall get. */
export class FrontGate {
  readonly #parts: FrontGateParts
  /** Call-IDs of phones that were sent a challenge of the PBX. */
  readonly #challenged = new RecentMap<true>(mostChallenged)

  constructor(parts: FrontGateParts) {
    this.#parts = parts
  }

  /** Resolves when the REGISTER may go where the verdict says. */
  async admit(
    pbx: WatchedPbx,
    request: IncomingRequest,
    facts: RegisterFacts,
    user: AorText,
  ): Promise<FrontVerdict> {
    const { bindings, clock, homecoming } = this.#parts
    const pace = this.#parts.pace(pbx.name)
    const isAnswer = this.#challenged.delete(request.callId)
    if (!pace?.isLimited) return { kind: 'pbx' }
    const now = clock.now()
    const registration = isAnswer ? undefined : keptRegistration(request, facts, bindings.lookup(user), now)
    // What the PBX granted before it was away it may have forgotten.
    const isGranted = registration !== undefined && !homecoming.isAwaited(user, pbx.domain)
    if (isGranted && isGrantedLongEnough(registration, now)) return { kind: 'kept', registration }
    if (homecoming.isToBeLed(user, pbx.domain)) return { kind: 'box' }
    const turn = pace.turn(isAnswer ? 'answer' : 'phone')
    if (!turn) return registration ? { kind: 'kept', registration } : { kind: 'later' }
    await turn
    return { kind: 'pbx' }
  }

  /** The phone has been asked by the PBX who it is, and will answer. */
  wasChallenged({ callId }: IncomingRequest): void {
    this.#challenged.set(callId, true)
  }
}
