import { parseAor, printAor } from '../domain/aor.ts'
import { GatewayError } from '../domain/gateway-error.ts'
import type { LegPolicy } from '../domain/leg-policy.ts'
import type { CallQuestion, EmergencyCall, RoutePlan, RouteTarget } from '../domain/route.ts'
import type { SipDialog } from '../domain/sip.ts'
import { shortLived } from '../lib/short-lived.ts'
import { Bridge, type Parting } from './bridge.ts'
import type { CallIn } from './call-in.ts'
import type { CallEnding, CallLog } from './call-log.ts'
import type { CallParts } from './call-parts.ts'
import { failureAnswer } from './hunt/failure-answer.ts'
import type { Demand, HuntResult } from './hunt/hunt.ts'
import { CalleeSide } from './legs/callee-side.ts'
import { CallerLeg } from './legs/caller-leg.ts'
import { letGo } from './legs/let-go.ts'
import type { AnsweredLeg, FailedLeg } from './legs/outgoing-leg.ts'
import { type InviteRefusal, unacceptable } from './legs/unacceptable-invite.ts'
import type { MediaSide } from './neighbours.ts'
import { isOn } from './transfer/joined-call.ts'
import type { CallUnderWay, HeldLeg, Party } from './transfer/transferable-call.ts'
import { warning } from './warning.ts'

/** One call from a caller to whoever answers: route, hunt, bridge, account. */
export class IncomingCall implements CallUnderWay {
  readonly #in: CallIn
  readonly #parts: CallParts
  readonly #caller: CallerLeg
  /** What the caller's leg wants of media and signalling. */
  readonly #policy: LegPolicy | undefined
  #callee: CalleeSide | undefined
  #bridge: Bridge | undefined
  #leg: AnsweredLeg | undefined
  #hangUpCause: string | undefined
  #emergency: EmergencyCall | undefined
  #releaseCaller: () => void
  readonly #joined = Promise.withResolvers<void>()
  readonly #over = Promise.withResolvers<void>()

  /** `releaseCaller` gives back what the caller's leg holds, such as a channel of a trunk. */
  constructor(callIn: CallIn, parts: CallParts, releaseCaller: () => void) {
    this.#in = callIn
    this.#parts = parts
    this.#releaseCaller = releaseCaller
    const { source, sourceLabel } = callIn.question
    this.#policy = parts.policyOf?.(source, sourceLabel)
    this.#caller = new CallerLeg(callIn.invite, callIn.contact, parts.log, this.#policy)
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
    const callee = this.#newCallee(plan.targets)
    return this.#hunted(await callee.run(), callee)
  }

  async hangUp(cause: string, status = 503, reason?: string): Promise<void> {
    this.#hangUpCause = cause
    if (!this.#bridge) {
      this.#callee?.abort()
      void this.#caller.tell(status, reason === undefined ? {} : { headers: { Reason: reason } })
      // The answer may be on its way: then the call is bridged in a moment, and hung up as such.
      await Promise.race([this.#over.promise, this.#joined.promise])
    }
    await this.#bridge?.hangUp(cause, reason)
  }

  /** After a bug: it is over for everybody, whatever state it is in. */
  fail(): void {
    void this.hangUp('internal error', 500)
    if (this.#leg && !this.#bridge) letGo(this.#leg)
    this.#end({ status: 500, by: 'box', cause: 'internal error' })
  }

  occupies(trunk: string): boolean {
    if (isOn(trunk, this.party('caller')) || isOn(trunk, this.party('callee'))) return true
    return this.#callee?.isTrying(trunk) ?? false
  }

  party(side: MediaSide): Party {
    const { source, sourceLabel, from, caller, callerIsAuthenticated } = this.question
    if (side === 'caller') {
      const isProven = this.#callee?.isProven ?? callerIsAuthenticated
      return { path: source, uri: from, label: sourceLabel, user: isProven ? caller : undefined }
    }
    const { path = 'phone', uri = '', label = '', emergency, outsideNumber } = this.#leg?.target ?? {}
    if (path !== 'phone') return { path, uri, label, emergency, outsideNumber, user: undefined }
    const user = parseAor(label)
    return { path, uri: user ? printAor(user) : uri, label, user }
  }

  handOver(side: MediaSide, parting?: Parting): HeldLeg {
    const leg = this.#leg
    const bridge = this.#bridge
    if (!leg || !bridge) throw new Error('a call that is not bridged has no leg to hand over')
    // A leg that goes on takes along what it holds.
    if (side === 'caller') {
      const release = this.#releaseCaller
      this.#releaseCaller = shortLived(() => undefined)
      return { dialog: bridge.handOver(side, parting), release }
    }
    this.#leg = undefined
    return { dialog: bridge.handOver(side, parting), ends: leg.ends, release: () => leg.release() }
  }

  pbxIsGone(name: string, isDead: boolean): void {
    const { source, sourceLabel } = this.question
    const isItsOwn = source === 'pbx' && sourceLabel === name
    if (isItsOwn && isDead && !this.#bridge && !this.#emergency)
      void this.hangUp('the PBX that called is gone')
    else this.#callee?.abandonPbx(name, isDead)
  }

  #newCallee(targets: readonly RouteTarget[]): CalleeSide {
    const facts = { callIn: this.#in, caller: this.#caller, policy: this.#policy, targets }
    this.#callee = new CalleeSide(facts, this.#parts)
    return this.#callee
  }

  async #hunted(result: HuntResult, callee: CalleeSide): Promise<void> {
    this.callLog.addSteps(callee.steps)
    if (result.kind === 'answered') return this.#connect(result.leg, callee)
    if (this.#caller.dialog) return this.#dropCaller(this.#caller.dialog)
    if (result.kind === 'aborted') return this.#endAborted()
    if (result.kind === 'demand') return this.#demand(result.demand)
    return this.#fail(result.failure, callee.attempts)
  }

  async #connect(leg: AnsweredLeg, callee: CalleeSide): Promise<void> {
    this.#leg = leg
    const { path, label } = leg.target
    const sentOn = callee.sentOnBy(leg.target)
    if (sentOn) this.callLog.paidBy(sentOn)
    this.callLog.answered(path, label, callee.attempts)
    let caller: SipDialog
    try {
      caller = this.#caller.dialog ?? (await this.#answerCaller(leg))
    } catch (error) {
      this.#leg = undefined
      letGo(leg)
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
    this.#parts.onBridged?.(this)
  }

  #refuse({ status, reason, why, warning: words }: Extract<RoutePlan, { kind: 'refuse' }>): void {
    const headers = {
      ...(status === 503 && { 'Retry-After': '10' }),
      ...(words !== undefined && warning(words)),
    }
    void this.#caller.tell(status, { reason, headers })
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
    this.#finish()
  }

  #fail(failure: FailedLeg | undefined, attempts: CalleeSide['attempts']): void {
    const { status, isChallenge, ...options } = failureAnswer(this.question, failure)
    void this.#caller.tell(status, options)
    if (isChallenge) this.callLog.forget()
    const by = failure && !failure.isFinal && status < 500 ? 'callee' : 'box'
    this.#end({ status, by, cause: failure?.reason ?? 'no target' }, attempts)
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

  #end(ending: CallEnding, attempts?: CalleeSide['attempts']): void {
    this.callLog.ended(ending, attempts)
    this.#finish()
  }

  #finish(): void {
    this.#releaseCaller()
    this.#over.resolve()
  }
}
