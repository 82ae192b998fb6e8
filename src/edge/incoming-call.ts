import { parseAor, printAor } from '../domain/aor.ts'
import { GatewayError } from '../domain/gateway-error.ts'
import type { CallQuestion, RoutePlan, RouteTarget } from '../domain/route.ts'
import type { IncomingInvite, SipDialog, SipHeaders, SipResponseView } from '../domain/sip.ts'
import { within } from '../lib/time-box.ts'
import { allowed } from './allowed.ts'
import { isNoOffer } from './body-type.ts'
import { Bridge } from './bridge.ts'
import type { CallEnding, CallLog } from './call-log.ts'
import type { CallParts } from './call-parts.ts'
import { CallerLeg } from './caller-leg.ts'
import { requiredInVain } from './extensions.ts'
import { type Demand, Hunt, type HuntResult } from './hunt.ts'
import { statusForCaller } from './hunt-verdict.ts'
import type { OnRefer } from './joined-call.ts'
import type { MediaSession, MediaSide } from './neighbours.ts'
import { type AnsweredLeg, type FailedLeg, OutgoingLeg } from './outgoing-leg.ts'
import { challengesOf, credentialsOf, passedOfInvite, passedOfResponse } from './passed-headers.ts'
import type { PreparedLeg } from './prepared-leg.ts'
import type { CallUnderWay, HeldLeg, Party } from './transferable-call.ts'

export interface CallIn {
  readonly invite: IncomingInvite
  readonly question: CallQuestion
  readonly displayName: string | undefined
  /** Loop protection, for every leg. */
  readonly headers: SipHeaders
  /** Contact of our side of the caller's leg; the engine's own when undefined. */
  readonly contact: string | undefined
  readonly callLog: CallLog
  /** The digest of the caller, checked now; undefined when it is proven. */
  demandDigest(): Demand | undefined
  readonly onRefer: OnRefer
}

/** How long an answered call may wait for its record to be durable before the caller hears of the answer. */
const recordWithinMs = 50

/** One call from a caller to whoever answers: route, hunt, bridge, account. */
export class IncomingCall implements CallUnderWay {
  readonly #in: CallIn
  readonly #parts: CallParts
  readonly #caller: CallerLeg
  #hunt: Hunt | undefined
  #bridge: Bridge | undefined
  #leg: AnsweredLeg | undefined
  #legCount = 0
  #hangUpCause: string | undefined
  #isProven: boolean
  readonly #joined = Promise.withResolvers<void>()
  readonly #over = Promise.withResolvers<void>()

  constructor(callIn: CallIn, parts: CallParts) {
    this.#in = callIn
    this.#parts = parts
    this.#caller = new CallerLeg(callIn.invite, callIn.contact, parts.log)
    this.#isProven = callIn.question.callerIsAuthenticated
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

  /** Resolves when the call is over and accounted for. */
  get over(): Promise<void> {
    return this.#over.promise
  }

  async run(): Promise<void> {
    const { invite, question, callLog } = this.#in
    const { plan, steps } = await this.#parts.router.route(question)
    callLog.addSteps(steps)
    if (this.#caller.hasGivenUp || this.#hangUpCause !== undefined) return this.#endAborted()
    if (plan.kind === 'refuse') return this.#refuse(plan)
    const contacts = this.#parts.redirectTo(question, plan.targets)
    if (contacts !== undefined) return this.#redirect(contacts)
    const destinations = this.#parts.forwardTo(question, plan.targets)
    if (destinations) return this.#forward(plan.targets, destinations)
    const tags = requiredInVain(invite)
    if (tags.length > 0) return this.#refuseExtensions(tags)
    if (isNoOffer(invite)) return this.#refuseBody()
    return this.#hunted(await this.#startHunt(plan.targets).run())
  }

  async hangUp(cause: string, status = 503): Promise<void> {
    this.#hangUpCause = cause
    if (!this.#bridge) {
      this.#hunt?.abort()
      void this.#caller.tell(status)
      // The answer may be on its way: then the call is bridged in a moment, and hung up as such.
      await Promise.race([this.#over.promise, this.#joined.promise])
    }
    await this.#bridge?.hangUp(cause)
  }

  party(side: MediaSide): Party {
    const { source, from, caller } = this.question
    if (side === 'caller') return { path: source, uri: from, user: this.#isProven ? caller : undefined }
    const { path = 'phone', uri = '', label = '' } = this.#leg?.target ?? {}
    if (path !== 'phone') return { path, uri, user: undefined }
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
    return { dialog, release: side === 'callee' ? () => leg.release() : () => undefined }
  }

  pbxIsGone(name: string): void {
    this.#hunt?.abandonPbx(name)
  }

  #startHunt(targets: readonly RouteTarget[]): Hunt {
    const { callLog } = this.#in
    const hunt = new Hunt({
      targets,
      startedAt: callLog.startedAt,
      now: () => this.#parts.clock.now(),
      openLeg: (target, answerOffer) => this.#openLeg(target, answerOffer),
      demandOf: (target) => this.#demandOf(target),
      answerOffer: (sdp, media) => this.#caller.exchangeOffer(sdp, media),
      routeAfresh: () => this.#parts.router.route(this.question, true),
    })
    this.#caller.onGiveUp(() => hunt.abort())
    this.#hunt = hunt
    return hunt
  }

  #openLeg(
    target: RouteTarget,
    answerOffer: (sdp: string, media: MediaSession) => Promise<string>,
  ): OutgoingLeg {
    const { invite, question, displayName, headers } = this.#in
    const { legs, media, network, witness, clock, log, ringMs } = this.#parts
    const callId = this.callLog.legId(++this.#legCount)
    const credentials = target.path === 'pbx' ? credentialsOf(invite) : {}
    const order = {
      target,
      offer: invite.body,
      headers: {
        'Call-ID': callId,
        Allow: allowed,
        ...passedOfInvite(invite),
        ...headers,
        ...credentials,
      },
      ringMs,
      answerOffer,
      prepare: () =>
        legs.prepare(target, { ...question, callerIsAuthenticated: this.#isProven }, displayName),
      openMedia: ({ isBehindNat = false, isBrowser = false }: PreparedLeg) =>
        media.session({
          callId,
          source: question.source,
          target: target.path,
          callerSdp: invite.body,
          callerAddress: invite.source.address,
          calleeIsBehindNat: isBehindNat,
          calleeIsBrowser: isBrowser,
        }),
      onProgress: (response: SipResponseView, session: MediaSession) => {
        this.callLog.ringing(target.path, target.label)
        this.#caller.progress(response, session)
      },
    }
    return new OutgoingLeg(order, network, witness, clock, log)
  }

  #demandOf(target: RouteTarget): Demand | undefined {
    if (!target.callerMustBeAuthenticated || this.#isProven) return undefined
    const demand = this.#in.demandDigest()
    this.#isProven = demand === undefined
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
    await this.#account(leg)
    let caller: SipDialog
    try {
      caller = this.#caller.dialog ?? (await this.#answerCaller(leg))
    } catch (error) {
      this.#release(leg)
      if (!(error instanceof GatewayError)) throw error
      return this.#endUnconnected(error)
    }
    return this.#join(caller, leg)
  }

  /** The answer waits for its record, but not long: no disk keeps people from talking. */
  async #account({ target: { path, label } }: AnsweredLeg): Promise<void> {
    const attempts = this.#hunt?.attempts ?? []
    const written = await within(recordWithinMs, this.#parts.clock, () =>
      this.callLog.answered(path, label, attempts),
    )
    if (written.kind !== 'failed') return
    this.#parts.log.error({ callId: this.question.callId, error: String(written.error) }, 'call not recorded')
  }

  async #answerCaller(leg: AnsweredLeg): Promise<SipDialog> {
    return this.#caller.answer(await leg.media.answer('callee', leg.dialog.remoteSdp))
  }

  #join(caller: SipDialog, leg: AnsweredLeg): void {
    const ends = { caller, callee: leg.dialog, media: leg.media }
    this.#leg = leg
    this.#bridge = new Bridge(
      ends,
      {
        onEnd: (by, cause) => {
          this.#leg?.release()
          this.#end({ status: 200, by, cause })
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

  #refuseExtensions(tags: readonly string[]): void {
    const unsupported = tags.join(', ')
    void this.#caller.tell(420, { headers: { Unsupported: unsupported } })
    this.#end({ status: 420, by: 'box', cause: `the caller requires ${unsupported}` })
  }

  #refuseBody(): void {
    void this.#caller.tell(415, { headers: { Accept: 'application/sdp' } })
    this.#end({ status: 415, by: 'box', cause: 'the body is no session description' })
  }

  #demand({ status, headers }: Demand): void {
    void this.#caller.tell(status, { headers })
    this.callLog.forget()
    this.#over.resolve()
  }

  #fail(failure: FailedLeg | undefined, attempts: Hunt['attempts']): void {
    const status = statusForCaller(failure)
    const response = failure?.response
    const isChallenge = (status === 401 || status === 407) && response !== undefined
    const headers = response
      ? { ...passedOfResponse(response), ...(isChallenge && challengesOf(response)) }
      : {}
    void this.#caller.tell(status, {
      headers,
      ...(response?.status === status && { reason: response.reason }),
    })
    if (isChallenge) this.callLog.forget()
    this.#end(
      { status, by: failure && status < 500 ? 'callee' : 'box', cause: failure?.reason ?? 'no target' },
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
