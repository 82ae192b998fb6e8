import { parseAor } from '../../domain/aor.ts'
import type { CallQuestion, EmergencyCall, RouteTarget } from '../../domain/route.ts'
import type { SipDialog, SipHeaders, SipResponseView } from '../../domain/sip.ts'
import { allowed } from '../allowed.ts'
import type { Bridge, Parting } from '../bridge.ts'
import type { CallLog } from '../call-log.ts'
import type { CallParts } from '../call-parts.ts'
import { Hunt } from '../hunt/hunt.ts'
import { Redirections } from '../hunt/redirections.ts'
import { letGo } from '../legs/let-go.ts'
import { mediaRemarks } from '../legs/media-remarks.ts'
import { notedLeg } from '../legs/noted-leg.ts'
import { type AnsweredLeg, OutgoingLeg } from '../legs/outgoing-leg.ts'
import type { PreparedLeg } from '../legs/prepared-leg.ts'
import type { MediaSession, MediaSide } from '../neighbours.ts'
import { isOn, JoinedCall, type OnRefer } from './joined-call.ts'
import { connectedOutside, type TransferRules } from './outside-transfer.ts'
import type { CallUnderWay, HeldLeg, Party } from './transferable-call.ts'

export interface TransferIn {
  readonly question: CallQuestion
  readonly callLog: CallLog
  /** Who stays on the line. */
  readonly remaining: Party
  readonly remainingDialog: SipDialog
  readonly headers: SipHeaders
  /** Takes the remaining leg out of its old call; called once, when the target has answered. */
  take(): HeldLeg
  onRinging(status: number, reason: string): void
  readonly onRefer: OnRefer
}

/** A call that the box places for somebody who was transferred: the leg that remains, and a new one. */
export class TransferredCall implements CallUnderWay {
  readonly #in: TransferIn
  readonly #parts: CallParts
  readonly #over = Promise.withResolvers<void>()
  #hunt: Hunt | undefined
  #redirections: Redirections | undefined
  #leg: AnsweredLeg | undefined
  #joined: JoinedCall | undefined
  #emergency: EmergencyCall | undefined
  #hangUpCause: string | undefined
  #legCount = 0

  constructor(transfer: TransferIn, parts: CallParts) {
    this.#in = transfer
    this.#parts = parts
  }

  get question(): CallQuestion {
    return this.#in.question
  }

  get callLog(): CallLog {
    return this.#in.callLog
  }

  get bridge(): Bridge | undefined {
    return this.#joined?.bridge
  }

  get over(): Promise<void> {
    return this.#over.promise
  }

  /** Resolves to the status that the new target gave. */
  async run(): Promise<{ readonly status: number; readonly reason: string }> {
    const { plan, steps } = await this.#parts.router.route(this.question)
    this.callLog.addSteps(steps)
    this.callLog.planned(plan)
    if (this.#hangUpCause !== undefined) return this.#aborted()
    if (plan.kind === 'refuse') return this.#failed(plan.status, plan.reason)
    this.#emergency = plan.emergency
    const refusal = this.#refusalOutside(plan.targets)
    if (refusal) return this.#failed(refusal.status, refusal.why)
    const hunt = this.#startHunt(plan.targets)
    const result = await hunt.run()
    this.callLog.addSteps(hunt.steps)
    if (result.kind === 'answered') return this.#connect(result.leg)
    if (result.kind === 'aborted') return this.#aborted()
    if (result.kind === 'demand') return this.#failed(403, 'Forbidden')
    return this.#failed(result.failure?.status ?? 480, result.failure?.reason ?? 'Temporarily Unavailable')
  }

  get emergency(): EmergencyCall | undefined {
    return this.#joined?.emergency ?? this.#emergency
  }

  async hangUp(cause: string, status?: number, reason?: string): Promise<void> {
    if (this.#joined) return this.#joined.hangUp(cause, status, reason)
    this.#hangUpCause = cause
    this.#hunt?.abort()
  }

  /** After a bug: it is over for everybody, whatever state it is in. */
  fail(): { readonly status: number; readonly reason: string } {
    void this.hangUp('internal error')
    if (this.#leg && !this.#joined) letGo(this.#leg)
    return this.#failed(500, 'Server Internal Error')
  }

  occupies(trunk: string): boolean {
    if (this.#joined) return this.#joined.occupies(trunk)
    return this.#hunt?.openTargets.some((target) => isOn(trunk, target)) ?? false
  }

  pbxIsGone(name: string, isDead: boolean): void {
    this.#hunt?.abandonPbx(name, isDead)
  }

  party(side: MediaSide): Party {
    if (this.#joined) return this.#joined.party(side)
    return side === 'caller'
      ? this.#in.remaining
      : { path: 'phone', uri: this.question.requestUri, label: '', user: undefined }
  }

  handOver(side: MediaSide, parting?: Parting): HeldLeg {
    if (!this.#joined) throw new Error('a call that is not bridged has no leg to hand over')
    return this.#joined.handOver(side, parting)
  }

  #startHunt(targets: readonly RouteTarget[]): Hunt {
    const { router, clock, numberOf } = this.#parts
    const redirections = new Redirections({
      question: this.question,
      targets,
      passed: { diversion: [], historyInfo: [] },
      router,
      numberOf,
      now: () => clock.now(),
    })
    this.#redirections = redirections
    this.#hunt = new Hunt({
      targets,
      startedAt: this.callLog.startedAt,
      now: () => this.#parts.clock.now(),
      openLeg: (target, answerOffer) => this.#openLeg(target, answerOffer),
      demandOf: () => undefined, // the referrer has proven itself
      redirected: (leg) => redirections.follow(leg),
      routeAfresh: () => this.#parts.router.route(this.question, true),
      answerOffer: async (sdp, media) => {
        // The target offers, so that nobody stays on the hold that came before the transfer.
        const offer = await media.offer('callee', sdp)
        return await media.answer('caller', await this.#in.remainingDialog.offer(offer))
      },
    })
    return this.#hunt
  }

  #openLeg(
    target: RouteTarget,
    answerOffer: (sdp: string, media: MediaSession) => Promise<string>,
  ): OutgoingLeg {
    const { media, network, witness, clock, log, ringMs, policyOf } = this.#parts
    const { path, label } = this.#in.remaining
    const callId = this.callLog.legId(++this.#legCount)
    const order = {
      target,
      offer: '',
      headers: {
        'Call-ID': callId,
        Allow: allowed,
        ...this.#redirections?.of(target)?.headers,
        ...this.#in.headers,
      },
      ringMs,
      answerOffer,
      prepare: () => this.#prepare(target),
      openMedia: ({ isBehindNat = false, isBrowser = false, policy }: PreparedLeg) =>
        media.session({
          callId,
          source: path,
          target: target.path,
          callerSdp: this.#in.remainingDialog.remoteSdp,
          callerAddress: '',
          calleeIsBehindNat: isBehindNat,
          calleeIsBrowser: isBrowser,
          callerPolicy: policyOf?.(path, label),
          calleePolicy: policy,
          remark: mediaRemarks(this.callLog, target, clock),
        }),
      onProgress: (response: SipResponseView) => {
        this.callLog.ringing(target.path, target.label, callId)
        this.#in.onRinging(response.status, response.reason)
      },
      onFailed: () => this.callLog.ceased(callId),
    }
    return new OutgoingLeg(order, network, witness, clock, log)
  }

  #prepare(target: RouteTarget): Promise<PreparedLeg> {
    const { legs, clock } = this.#parts
    const question = this.#redirections?.of(target)?.question ?? this.question
    return notedLeg(
      () => legs.prepare(target, question, undefined),
      (step) => this.#hunt?.steps.push({ ...step, atMs: clock.now() - this.callLog.startedAt }),
    )
  }

  /** Why the one who stays may not be left with this target: both are outside, and who pays would be gone. */
  #refusalOutside(targets: readonly RouteTarget[]): ReturnType<TransferRules['mayConnectOutside']> {
    const outside = targets.find(({ outsideNumber, emergency }) => outsideNumber !== undefined && !emergency)
    const numbers = outside && connectedOutside(this.#in.remaining, outside)
    return numbers && this.#parts.transferRules.mayConnectOutside(this.question, numbers)
  }

  #connect(leg: AnsweredLeg): { status: number; reason: string } {
    this.#leg = leg
    const { path, label } = leg.target
    const sentOn = this.#redirections?.of(leg.target)
    if (sentOn) this.callLog.paidBy(sentOn.question)
    this.callLog.answered(path, label, this.#hunt?.attempts ?? [])
    const { question, callLog, remaining, onRefer } = this.#in
    const user = path === 'phone' ? parseAor(label) : undefined
    const { uri, emergency, outsideNumber } = leg.target
    const callee = { path, uri, label, user, emergency, outsideNumber }
    const parties = { caller: remaining, callee }
    const legs = { caller: this.#in.take(), callee: leg }
    const joined = new JoinedCall(
      { question, callLog, parties, legs, media: leg.media, onRefer },
      this.#parts.log,
    )
    this.#joined = joined
    void joined.over.then(() => this.#over.resolve())
    joined.bridge.join()
    this.#parts.onBridged?.(this)
    return { status: 200, reason: 'OK' }
  }

  #aborted(): { status: number; reason: string } {
    return this.#failed(487, 'Request Terminated', this.#hangUpCause)
  }

  #failed(status: number, reason: string, cause = reason): { status: number; reason: string } {
    this.callLog.ended({ status, by: 'box', cause }, this.#hunt?.attempts)
    this.#over.resolve()
    return { status, reason }
  }
}
