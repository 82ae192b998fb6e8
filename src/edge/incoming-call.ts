import { parseAor, printAor } from '../domain/aor.ts'
import { GatewayError } from '../domain/gateway-error.ts'
import type { LegPolicy } from '../domain/leg-policy.ts'
import { reasonOfCause } from '../domain/q850.ts'
import type { CallQuestion, EmergencyCall, RoutePlan, RouteTarget } from '../domain/route.ts'
import type { IncomingInvite, SipDialog, SipHeaders, SipResponseView } from '../domain/sip.ts'
import { allowed } from './allowed.ts'
import { Bridge } from './bridge.ts'
import type { CallEnding, CallLog } from './call-log.ts'
import type { CallParts } from './call-parts.ts'
import { CallerLeg } from './caller-leg.ts'
import { emergencyPatience, fullTrunkIn, isRealEmergency } from './emergency-hunt.ts'
import { type Demand, Hunt, type HuntResult } from './hunt.ts'
import { statusForCaller } from './hunt-verdict.ts'
import { isOn, type OnRefer } from './joined-call.ts'
import { mediaRemarks } from './media-remarks.ts'
import type { MediaSession, MediaSide } from './neighbours.ts'
import { notedLeg } from './noted-leg.ts'
import { type AnsweredLeg, type FailedLeg, OutgoingLeg } from './outgoing-leg.ts'
import { challengesOf, credentialsOf, passedOfInvite, passedOfResponse } from './passed-headers.ts'
import type { PreparedLeg } from './prepared-leg.ts'
import { Redirections, redirectForPbx } from './redirections.ts'
import type { CallUnderWay, HeldLeg, Party } from './transferable-call.ts'
import { type InviteRefusal, unacceptable } from './unacceptable-invite.ts'

export interface CallIn {
  readonly invite: IncomingInvite
  readonly question: CallQuestion
  readonly displayName: string | undefined
  /** SDP of the caller; empty when it made no offer. */
  readonly offer: string
  /** Loop protection, for every leg. */
  readonly headers: SipHeaders
  /** Contact of our side of the caller's leg; the engine's own when undefined. */
  readonly contact: string | undefined
  readonly callLog: CallLog
  /** The digest of the caller, checked now; undefined when it is proven. */
  demandDigest(): Demand | undefined
  readonly onRefer: OnRefer
}

/** One call from a caller to whoever answers: route, hunt, bridge, account. */
export class IncomingCall implements CallUnderWay {
  readonly #in: CallIn
  readonly #parts: CallParts
  readonly #caller: CallerLeg
  /** What the caller's leg wants of media and signalling. */
  readonly #policy: LegPolicy | undefined
  #hunt: Hunt | undefined
  #bridge: Bridge | undefined
  #leg: AnsweredLeg | undefined
  #legCount = 0
  #hangUpCause: string | undefined
  #isProven: boolean
  /** The same object for every line that is tried: the limits take it for one attempt. */
  #asked: CallQuestion
  #redirections: Redirections | undefined
  #emergency: EmergencyCall | undefined
  #targets: readonly RouteTarget[] = []
  readonly #joined = Promise.withResolvers<void>()
  readonly #over = Promise.withResolvers<void>()

  constructor(callIn: CallIn, parts: CallParts) {
    this.#in = callIn
    this.#parts = parts
    const { source, sourceLabel, callerIsAuthenticated } = callIn.question
    this.#policy = parts.policyOf?.(source, sourceLabel)
    this.#caller = new CallerLeg(callIn.invite, callIn.contact, parts.log, this.#policy)
    this.#isProven = callerIsAuthenticated
    this.#asked = callIn.question
  }

  get question(): CallQuestion {
    return this.#in.question
  }

  get callLog(): CallLog {
    return this.#in.callLog
  }

  get bridge(): Bridge | undefined {
    return this.#bridge
  }

  get emergency(): EmergencyCall | undefined {
    return this.#emergency
  }

  /** Resolves when the call is over and accounted for. */
  get over(): Promise<void> {
    return this.#over.promise
  }

  async run(): Promise<void> {
    const { invite, question, callLog } = this.#in
    const { plan, steps } = await this.#parts.router.route(question)
    callLog.addSteps(steps)
    callLog.planned(plan)
    if (this.#caller.hasGivenUp || this.#hangUpCause !== undefined) return this.#endAborted()
    if (plan.kind === 'refuse') return this.#refuse(plan)
    this.#emergency = plan.emergency
    // A call for help stays in the hands of this box.
    const contacts = plan.emergency ? undefined : this.#parts.redirectTo(question, plan.targets)
    if (contacts !== undefined) return this.#redirect(contacts)
    const destinations = plan.emergency ? undefined : this.#parts.forwardTo(question, plan.targets)
    if (destinations) return this.#forward(plan.targets, destinations)
    const refusal = unacceptable(invite, this.#policy)
    if (refusal) return this.#refuseInvite(refusal)
    return this.#hunted(await this.#startHunt(plan.targets).run())
  }

  async hangUp(cause: string, status = 503, reason?: string): Promise<void> {
    this.#hangUpCause = cause
    if (!this.#bridge) {
      this.#hunt?.abort()
      void this.#caller.tell(status, reason === undefined ? {} : { headers: { Reason: reason } })
      // The answer may be on its way: then the call is bridged in a moment, and hung up as such.
      await Promise.race([this.#over.promise, this.#joined.promise])
    }
    await this.#bridge?.hangUp(cause, reason)
  }

  occupies(trunk: string): boolean {
    if (isOn(trunk, this.party('caller')) || isOn(trunk, this.party('callee'))) return true
    return this.#hunt?.openTargets.some((target) => isOn(trunk, target)) ?? false
  }

  party(side: MediaSide): Party {
    const { source, sourceLabel, from, caller } = this.question
    if (side === 'caller') {
      return { path: source, uri: from, label: sourceLabel, user: this.#isProven ? caller : undefined }
    }
    const { path = 'phone', uri = '', label = '', emergency, outsideNumber } = this.#leg?.target ?? {}
    if (path !== 'phone') return { path, uri, label, emergency, outsideNumber, user: undefined }
    const user = parseAor(label)
    return { path, uri: user ? printAor(user) : uri, user }
  }

  handOver(side: MediaSide): HeldLeg {
    const leg = this.#leg
    const bridge = this.#bridge
    if (!leg || !bridge) throw new Error('a call that is not bridged has no leg to hand over')
    // A leg that goes on takes along what it holds.
    if (side === 'callee') this.#leg = undefined
    const dialog = bridge.handOver(side)
    if (side === 'caller') return { dialog, release: () => undefined }
    return { dialog, ends: leg.ends, release: () => leg.release() }
  }

  pbxIsGone(name: string): void {
    this.#hunt?.abandonPbx(name)
  }

  #startHunt(targets: readonly RouteTarget[]): Hunt {
    const { callLog } = this.#in
    this.#targets = targets
    const redirections = this.#newRedirections(targets)
    const hunt = new Hunt({
      targets,
      startedAt: callLog.startedAt,
      now: () => this.#parts.clock.now(),
      openLeg: (target, answerOffer) => this.#openLeg(target, answerOffer),
      demandOf: (target) => this.#demandOf(target),
      redirected: (leg) => redirections.follow(leg),
      answerOffer: (sdp, media) => this.#caller.exchangeOffer(sdp, media),
      routeAfresh: () => this.#parts.router.route(this.question, true),
      makeRoomAfter: (failures) => this.#makeRoomAfter(failures),
    })
    this.#caller.onGiveUp((reason) => hunt.abort(reason))
    this.#hunt = hunt
    this.#redirections = redirections
    return hunt
  }

  async #makeRoomAfter(failures: readonly FailedLeg[]): Promise<boolean> {
    const trunk = fullTrunkIn(failures.filter(({ target }) => isRealEmergency(target)))
    return trunk !== undefined && (await this.#parts.makeRoom(trunk))
  }

  #openLeg(
    target: RouteTarget,
    answerOffer: (sdp: string, media: MediaSession) => Promise<string>,
  ): OutgoingLeg {
    const { invite, question, headers, offer } = this.#in
    const { media, network, witness, clock, log, ringMs } = this.#parts
    const callId = this.callLog.legId(++this.#legCount)
    const credentials = target.path === 'pbx' ? credentialsOf(invite) : {}
    const order = {
      target,
      offer,
      headers: {
        'Call-ID': callId,
        Allow: allowed,
        ...passedOfInvite(invite),
        ...this.#redirections?.of(target)?.headers,
        ...(offer !== invite.body && { 'Content-Type': 'application/sdp' }),
        ...headers,
        ...credentials,
      },
      ringMs,
      ...(target.emergency && emergencyPatience(this.#isLast(target))),
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
          callerPolicy: this.#policy,
          calleePolicy: policy,
          remark: mediaRemarks(this.callLog, target, clock),
        }),
      onProgress: (response: SipResponseView, session: MediaSession) => {
        this.callLog.ringing(target.path, target.label)
        this.#caller.progress(response, session)
      },
    }
    return new OutgoingLeg(order, network, witness, clock, log)
  }

  #isLast({ group }: RouteTarget): boolean {
    return this.#targets.every((other) => other.group <= group)
  }

  #newRedirections(targets: readonly RouteTarget[]): Redirections {
    const { router, clock, numberOf } = this.#parts
    const { invite } = this.#in
    const passed = { diversion: invite.headers('diversion'), historyInfo: invite.headers('history-info') }
    return new Redirections({
      question: this.question,
      targets,
      passed,
      router,
      numberOf,
      now: () => clock.now(),
    })
  }

  /** Outside a call that was sent on is the call of whoever sent it there; inside it is still the caller's. */
  #prepare(target: RouteTarget): Promise<PreparedLeg> {
    const { legs, clock } = this.#parts
    const sentOn = target.outsideNumber === undefined ? undefined : this.#redirections?.of(target)
    const question = sentOn?.question ?? this.#asked
    return notedLeg(
      () => legs.prepare(target, question, sentOn ? undefined : this.#in.displayName),
      (step) => this.#hunt?.steps.push({ ...step, atMs: clock.now() - this.callLog.startedAt }),
    )
  }

  #demandOf(target: RouteTarget): Demand | undefined {
    if (!target.callerMustBeAuthenticated || this.#isProven) return undefined
    if (this.#redirections?.of(target)) return undefined // asked in the name of a user who is registered
    const demand = this.#in.demandDigest()
    this.#isProven = demand === undefined
    if (this.#isProven) this.#asked = { ...this.question, callerIsAuthenticated: true }
    return demand
  }

  async #hunted(result: HuntResult): Promise<void> {
    const hunt = this.#hunt
    this.callLog.addSteps(hunt?.steps ?? [])
    const attempts = hunt?.attempts ?? []
    if (result.kind === 'answered') return this.#connect(result.leg)
    if (this.#caller.dialog) return this.#dropCaller(this.#caller.dialog)
    if (result.kind === 'aborted') return this.#endAborted()
    if (result.kind === 'demand') return this.#demand(result.demand)
    return this.#fail(result.failure, attempts)
  }

  async #connect(leg: AnsweredLeg): Promise<void> {
    this.#leg = leg
    const { path, label, outsideNumber } = leg.target
    const sentOn = outsideNumber === undefined ? undefined : this.#redirections?.of(leg.target)
    if (sentOn) this.callLog.paidBy(sentOn.question)
    this.callLog.answered(path, label, this.#hunt?.attempts ?? [])
    let caller: SipDialog
    try {
      caller = this.#caller.dialog ?? (await this.#answerCaller(leg))
    } catch (error) {
      this.#leg = undefined
      this.#release(leg)
      if (!(error instanceof GatewayError)) throw error
      return this.#endUnconnected(error)
    }
    return this.#join(caller, leg)
  }

  async #answerCaller(leg: AnsweredLeg): Promise<SipDialog> {
    return this.#caller.answer(await leg.media.answer('callee', leg.dialog.remoteSdp))
  }

  #join(caller: SipDialog, leg: AnsweredLeg): void {
    this.#bridge = new Bridge(
      { caller, callee: leg.dialog, media: leg.media, ends: leg.ends },
      {
        onEnd: (by, cause, q850) => {
          this.#leg?.release()
          this.#end({ status: 200, by, cause, q850 })
        },
        onRefer: (side, request) => this.#in.onRefer(this, side, request),
      },
      this.#parts.log,
    )
    this.#bridge.join()
    this.#joined.resolve()
  }

  #refuse({ status, reason, why }: Extract<RoutePlan, { kind: 'refuse' }>): void {
    void this.#caller.tell(status, { reason, headers: status === 503 ? { 'Retry-After': '10' } : {} })
    this.#end({ status, by: 'box', cause: why })
  }

  /** The caller calls again, past this box (RFC 3261 §8.1.3.4). */
  #redirect(contacts: string): void {
    void this.#caller.tell(302, { reason: 'Moved Temporarily', headers: { Contact: contacts } })
    this.#end({ status: 302, by: 'box', cause: `redirected to ${contacts}` })
  }

  #refuseInvite({ status, headers, cause }: InviteRefusal): void {
    void this.#caller.tell(status, { headers })
    this.#end({ status, by: 'box', cause })
  }

  #demand({ status, headers }: Demand): void {
    void this.#caller.tell(status, { headers })
    this.callLog.forget()
    this.#over.resolve()
  }

  #fail(failure: FailedLeg | undefined, attempts: Hunt['attempts']): void {
    const response = failure?.response
    const contact = response && redirectForPbx(this.question, response)
    const status = contact ? response.status : statusForCaller(failure)
    const isChallenge = (status === 401 || status === 407) && response !== undefined
    const headers = response
      ? { ...passedOfResponse(response), ...contact, ...(isChallenge && challengesOf(response)) }
      : failure?.rangInVain
        ? { Reason: reasonOfCause(19) } // another box that asked for a line tries no other one
        : {}
    void this.#caller.tell(status, {
      headers,
      ...(response?.status === status && { reason: response.reason }),
    })
    if (isChallenge) this.callLog.forget()
    this.#end(
      {
        status,
        by: failure && !failure.isFinal && status < 500 ? 'callee' : 'box',
        cause: failure?.reason ?? 'no target',
      },
      attempts,
    )
  }

  /** The engine forwards the call; it answers CANCEL, and the dialog never comes by here. */
  async #forward(targets: readonly RouteTarget[], destinations: readonly string[]): Promise<void> {
    const { invite } = this.#in
    const target = targets[0]
    const forking = destinations.length > 1 ? 'parallel' : 'serial'
    try {
      const status = await this.#parts.network.proxy(invite, destinations, {
        recordRoute: true,
        forking,
        finalTimeoutMs: this.#parts.ringMs,
      })
      if (target && status < 300) this.callLog.forwarded(target.path, target.label)
      this.#end({ status, by: undefined, cause: 'forwarded' })
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      void this.#caller.tell(error.sipStatus)
      this.#end({ status: error.sipStatus, by: 'box', cause: error.message })
    }
  }

  /** The caller holds a dialog already, but its target is gone. */
  #dropCaller(caller: SipDialog): void {
    caller.hangUp().catch(() => undefined) // the caller may be gone too
    this.#end({ status: 200, by: 'box', cause: 'the target was lost before the call was connected' })
  }

  #release(leg: AnsweredLeg): void {
    leg.media.end()
    leg.release()
    leg.dialog.hangUp().catch(() => undefined) // nobody waits for the end of a leg that was not connected
  }

  /** The target has answered, but the caller could not be told. */
  #endUnconnected(error: GatewayError): void {
    if (this.#caller.hasGivenUp || this.#hangUpCause !== undefined) this.#endAborted()
    else {
      void this.#caller.tell(error.sipStatus)
      this.#end({ status: error.sipStatus, by: 'box', cause: error.message })
    }
  }

  #endAborted(): void {
    if (this.#hangUpCause === undefined) this.#end({ status: 487, by: 'caller', cause: 'caller gave up' })
    else this.#end({ status: 503, by: 'box', cause: this.#hangUpCause })
  }

  #end(ending: CallEnding, attempts?: Hunt['attempts']): void {
    this.callLog.ended(ending, attempts)
    this.#over.resolve()
  }
}
