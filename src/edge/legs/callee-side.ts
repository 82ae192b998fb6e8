import type { TargetAttempt } from '../../domain/call-record.ts'
import type { DecisionStep } from '../../domain/decision-record.ts'
import type { LegPolicy } from '../../domain/leg-policy.ts'
import type { CallQuestion, RouteTarget } from '../../domain/route.ts'
import type { SipResponseView } from '../../domain/sip.ts'
import { allowed } from '../allowed.ts'
import type { CallIn } from '../call-in.ts'
import type { CallParts } from '../call-parts.ts'
import { emergencyPatience, fullTrunkIn, isRealEmergency } from '../hunt/emergency-hunt.ts'
import { type Demand, Hunt, type HuntResult } from '../hunt/hunt.ts'
import { Redirections } from '../hunt/redirections.ts'
import type { MediaSession } from '../neighbours.ts'
import { isOn } from '../transfer/joined-call.ts'
import type { CallerLeg } from './caller-leg.ts'
import { mediaRemarks } from './media-remarks.ts'
import { notedLeg } from './noted-leg.ts'
import { type FailedLeg, type LegOrder, OutgoingLeg } from './outgoing-leg.ts'
import { credentialsOf, passedOfInvite } from './passed-headers.ts'
import type { PreparedLeg } from './prepared-leg.ts'

export interface CalleeSideFacts {
  readonly callIn: CallIn
  readonly caller: CallerLeg
  /** What the caller's leg wants of media and signalling. */
  readonly policy: LegPolicy | undefined
  readonly targets: readonly RouteTarget[]
}

/** The callee's side of a call until it is bridged: who is tried, in whose name, with what. */
export class CalleeSide {
  readonly #facts: CalleeSideFacts
  readonly #parts: CallParts
  readonly #hunt: Hunt
  readonly #redirections: Redirections
  /** The same object for every line that is tried: the limits take it for one attempt. */
  #question: CallQuestion
  #legCount = 0

  constructor(facts: CalleeSideFacts, parts: CallParts) {
    const { callIn, caller, targets } = facts
    const { question, callLog } = callIn
    const { router, clock } = parts
    this.#facts = facts
    this.#parts = parts
    this.#question = question
    this.#redirections = this.#newRedirections()
    this.#hunt = new Hunt({
      targets,
      startedAt: callLog.startedAt,
      now: () => clock.now(),
      openLeg: (target, answerOffer) => this.#openLeg(target, answerOffer),
      demandOf: (target) => this.#demandOf(target),
      redirected: (leg) => this.#redirections.follow(leg),
      answerOffer: (sdp, media) => caller.exchangeOffer(sdp, media),
      routeAfresh: () => router.route(question, true),
      makeRoomAfter: (failures) => this.#makeRoomAfter(failures),
    })
    caller.onGiveUp((reason) => this.#hunt.abort(reason))
  }

  /** Whether the caller has proven who it is, at the door or for one of the targets. */
  get isProven(): boolean {
    return this.#question.callerIsAuthenticated
  }

  get attempts(): readonly TargetAttempt[] {
    return this.#hunt.attempts
  }

  get steps(): readonly DecisionStep[] {
    return this.#hunt.steps
  }

  run(): Promise<HuntResult> {
    return this.#hunt.run()
  }

  abort(): void {
    this.#hunt.abort()
  }

  abandonPbx(name: string, isDead: boolean): void {
    this.#hunt.abandonPbx(name, isDead)
  }

  /** Whether this trunk is being tried now. */
  isTrying(trunk: string): boolean {
    return this.#hunt.openTargets.some((target) => isOn(trunk, target))
  }

  /** In whose name an outside target is called that somebody else than the caller has named. */
  sentOnBy(target: RouteTarget): CallQuestion | undefined {
    return target.outsideNumber === undefined ? undefined : this.#redirections.of(target)?.question
  }

  #newRedirections(): Redirections {
    const { router, clock, numberOf } = this.#parts
    const { callIn, targets } = this.#facts
    const { invite, question } = callIn
    const passed = { diversion: invite.headers('diversion'), historyInfo: invite.headers('history-info') }
    return new Redirections({ question, targets, passed, router, numberOf, now: () => clock.now() })
  }

  async #makeRoomAfter(failures: readonly FailedLeg[]): Promise<boolean> {
    const trunk = fullTrunkIn(failures.filter(({ target }) => isRealEmergency(target)))
    return trunk !== undefined && (await this.#parts.makeRoom(trunk))
  }

  #openLeg(target: RouteTarget, answerOffer: LegOrder['answerOffer']): OutgoingLeg {
    const { callIn, caller, policy: callerPolicy } = this.#facts
    const { invite, question, headers, offer, callLog } = callIn
    const { media, network, witness, clock, log, ringMs } = this.#parts
    const callId = callLog.legId(++this.#legCount)
    const credentials = target.path === 'pbx' ? credentialsOf(invite) : {}
    const order = {
      target,
      offer,
      headers: {
        'Call-ID': callId,
        Allow: allowed,
        ...passedOfInvite(invite),
        ...this.#redirections.of(target)?.headers,
        ...(offer !== invite.body && { 'Content-Type': 'application/sdp' }),
        ...headers,
        ...credentials,
      },
      ringMs,
      ...(target.emergency && emergencyPatience(target, this.#isLast(target))),
      answerOffer,
      prepare: () => this.#prepare(target),
      openMedia: ({ isBehindNat = false, isBrowser = false, policy }: PreparedLeg) =>
        media.session({
          callId,
          source: question.source,
          target: target.path,
          callerSdp: offer,
          callerAddress: invite.source.address,
          calleeIsBehindNat: isBehindNat,
          calleeIsBrowser: isBrowser,
          callerPolicy,
          calleePolicy: policy,
          remark: mediaRemarks(callLog, target, clock),
        }),
      onProgress: (response: SipResponseView, session: MediaSession) => {
        callLog.ringing(target.path, target.label, callId)
        caller.progress(response, session)
      },
      onFailed: () => callLog.ceased(callId),
    }
    return new OutgoingLeg(order, network, witness, clock, log)
  }

  #isLast({ group }: RouteTarget): boolean {
    return this.#facts.targets.every((other) => other.group <= group)
  }

  /** Outside a call that was sent on is the call of whoever sent it there; inside it is still the caller's. */
  #prepare(target: RouteTarget): Promise<PreparedLeg> {
    const { legs, clock } = this.#parts
    const { displayName, callLog } = this.#facts.callIn
    const sentOn = this.sentOnBy(target)
    return notedLeg(
      () => legs.prepare(target, sentOn ?? this.#question, sentOn ? undefined : displayName),
      (step) => this.#hunt.steps.push({ ...step, atMs: clock.now() - callLog.startedAt }),
    )
  }

  #demandOf(target: RouteTarget): Demand | undefined {
    if (!target.callerMustBeAuthenticated || this.isProven) return undefined
    if (this.#redirections.of(target)) return undefined // asked in the name of a user who is registered
    // Asked again by the box, with another nonce, the phone would only begin anew at the PBX.
    if (target.path === 'phone' && this.#hunt.isLetThrough) return undefined
    const demand = this.#facts.callIn.demandDigest()
    if (!demand) this.#question = { ...this.#question, callerIsAuthenticated: true }
    return demand
  }
}
