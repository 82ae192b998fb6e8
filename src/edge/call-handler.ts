import type { CallQuestion } from '../domain/route.ts'
import type { IncomingInvite } from '../domain/sip.ts'
import type { Part } from '../lib/part.ts'
import { within } from '../lib/time-box.ts'
import { TurnoverSet } from '../lib/turnover-map.ts'
import { type Admission, admit } from './admission/admission.ts'
import { guardAgainstLoop } from './admission/loop-guard.ts'
import { type AdmittedCallParts, admittedCall } from './admitted-call.ts'
import type { CallIn } from './call-in.ts'
import type { CallNetwork, CallParts } from './call-parts.ts'
import { IncomingCall } from './incoming-call.ts'
import { Preemption } from './preemption.ts'
import { refuseInvite } from './refused-invite.ts'
import { CallRescue } from './rescue/call-rescue.ts'
import type { PbxConversations } from './rescue/rescue-plan.ts'
import type { OnRefer } from './transfer/joined-call.ts'
import type { CallUnderWay } from './transfer/transferable-call.ts'
import { Transfers } from './transfer/transfers.ts'

export interface InviteStack extends CallNetwork {
  onInvite(handler: (invite: IncomingInvite) => Promise<void>): void
}

export interface CallHandlerParts
  extends Omit<CallParts, 'network' | 'makeRoom'>,
    Omit<AdmittedCallParts, 'onRefer'> {
  readonly stack: InviteStack
  /** A channel of the trunk that a call came in by; what is returned gives it back, once. Undefined when none is left. */
  takeIncoming(trunk: string, isUrgent: boolean): (() => void) | undefined
  readonly maxCalls: number
  /** Taken by a box that is full or about to stop: a call for help, or rescuers who call back. */
  isUrgent(invite: IncomingInvite): boolean
  /** Rescuers call back. */
  isCallback(question: CallQuestion): boolean
  /** Tells this box from others in the mark that each box leaves on a call. */
  readonly boxId: string
  /** Whom PBXs that can be asked connect with whom. */
  readonly conversations?: PbxConversations
}

/** A call as the operator sees it while it lasts. */
export interface CallNow {
  readonly id: string
  readonly callId: string
  readonly from: string
  readonly to: string
  readonly path: string | undefined
  readonly state: 'routing' | 'ringing' | 'talking'
  readonly startedAt: number
  readonly answeredAt: number | undefined
}

/** How long the far ends have to answer BYE when the box stops. */
const goodbyeWithinMs = 1_000
/** How long a box that is to stop waits for calls for help. */
const emergencyWithinMs = 30 * 60_000

type Admitted = Extract<Admission, { kind: 'admitted' }>

/** What happens to an INVITE, top to bottom: admit, route, bridge, account. */
export class CallHandler implements Part {
  readonly name = 'calls'
  /** Of the calls through a PBX that dies. */
  readonly rescue: CallRescue
  readonly #parts: CallHandlerParts
  readonly #calls = new TurnoverSet<CallUnderWay>()
  readonly #callParts: CallParts
  readonly #preemption: Preemption
  readonly #admitted: AdmittedCallParts
  #isDraining = false

  constructor(parts: CallHandlerParts) {
    this.#parts = parts
    const { isCallback, clock, log } = parts
    this.#preemption = new Preemption({ calls: () => this.#calls, isCallback, clock, log })
    this.#callParts = {
      ...parts,
      network: parts.stack,
      makeRoom: (trunk) => this.makeRoom(trunk),
      onBridged: (call) => this.rescue.bridged(call),
    }
    const calls = { adopt: (call: CallUnderWay) => this.#adopt(call), all: () => this.#calls }
    const transfers = new Transfers({ ...parts, ...this.#callParts }, calls)
    const onRefer: OnRefer = (...refer) => transfers.onRefer(...refer)
    this.#admitted = { ...parts, onRefer }
    this.rescue = new CallRescue({ ...parts, ...this.#callParts, onRefer }, calls)
  }

  async start(): Promise<void> {
    this.#isDraining = false
    this.#parts.stack.onInvite((invite) => this.#onInvite(invite))
  }

  /** Takes no new calls and waits for those under way, at most `withinMs`; for calls for help, half an hour more. */
  async drain(withinMs: number): Promise<void> {
    const { clock } = this.#parts
    this.#isDraining = true
    await within(withinMs, clock, () => Promise.all([...this.#calls].map((call) => call.over)))
    await within(emergencyWithinMs, clock, () => this.#emergenciesOver())
  }

  /** Hangs up what is left. */
  async stop(): Promise<void> {
    this.#isDraining = true
    const calls = [...this.#calls]
    await within(goodbyeWithinMs, this.#parts.clock, () =>
      Promise.all([...calls.map((call) => call.hangUp('the box is stopping')), this.rescue.stop()]),
    )
  }

  /** Hangs up a call on a trunk so that a call for help finds room; false when none may be. */
  makeRoom(trunk: string): Promise<boolean> {
    return this.#preemption.makeRoom(trunk)
  }

  get count(): number {
    return this.#calls.size
  }

  callsNow(): CallNow[] {
    return [...this.#calls].map(({ question, callLog }) => ({
      id: callLog.id,
      callId: question.callId,
      from: question.from,
      to: question.requestUri,
      path: callLog.path,
      state: callLog.state,
      startedAt: callLog.startedAt,
      answeredAt: callLog.answeredAt,
    }))
  }

  /**
   * Calls that wait for this PBX move on to their next target at once. `isDead`: those too that ring at it, and what it
   * lets ring here rings no longer: the same phones ring for the others in a moment.
   */
  pbxIsGone(name: string, isDead = false): void {
    const calls = [...this.#calls]
    const isItsOwn = ({ question }: CallUnderWay) =>
      question.source === 'pbx' && question.sourceLabel === name
    for (const call of calls.filter(isItsOwn)) call.pbxIsGone(name, isDead)
    for (const call of calls.filter((each) => !isItsOwn(each))) call.pbxIsGone(name, isDead)
  }

  async #onInvite(invite: IncomingInvite): Promise<void> {
    const isClosed = this.#isDraining || this.#calls.size >= this.#parts.maxCalls
    if (isClosed && !this.#parts.isUrgent(invite)) {
      return invite.respond(503, { headers: { 'Retry-After': '10' } })
    }
    const admission = admit(invite, this.#parts.admission)
    if (admission.kind === 'ignored') return
    if (admission.kind === 'refused') return refuseInvite(invite, admission, this.#parts)
    const loop = guardAgainstLoop(invite, this.#parts.boxId)
    if (loop.kind === 'stops') return refuseInvite(invite, { ...loop, headers: {} }, this.#parts)
    const giveBack = this.#channelFor(admission, invite)
    if (!giveBack) {
      const why = `trunk ${admission.label} carries its most calls`
      return refuseInvite(invite, { status: 486, headers: {}, why }, this.#parts)
    }
    return this.#take(admittedCall(invite, admission, loop.headers, this.#admitted), giveBack)
  }

  #channelFor({ source, label }: Admitted, invite: IncomingInvite): (() => void) | undefined {
    if (source !== 'trunk') return () => undefined
    return this.#parts.takeIncoming(label, this.#parts.isUrgent(invite))
  }

  async #take(callIn: CallIn, giveBack: () => void): Promise<void> {
    const call = new IncomingCall(callIn, this.#callParts, giveBack)
    this.#adopt(call)
    try {
      await call.run()
    } catch (error) {
      call.fail()
      throw error // the stack answers 500 and logs it
    }
  }

  async #emergenciesOver(): Promise<void> {
    for (;;) {
      const open = [...this.#calls].filter(({ emergency }) => emergency)
      if (open.length === 0) return
      await Promise.all(open.map((call) => call.over))
    }
  }

  #adopt(call: CallUnderWay): void {
    this.#calls.add(call)
    void call.over.then(() => {
      this.#calls.delete(call)
      this.rescue.ended(call)
    })
  }
}
