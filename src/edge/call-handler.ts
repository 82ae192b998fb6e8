import type { DecisionStep } from '../domain/decision-record.ts'
import type { CallQuestion } from '../domain/route.ts'
import type { IncomingInvite } from '../domain/sip.ts'
import type { Part } from '../lib/part.ts'
import { within } from '../lib/time-box.ts'
import { type Admission, type AdmissionRules, admit, proveCaller } from './admission.ts'
import { payerOf } from './call-charge.ts'
import type { CallIn } from './call-in.ts'
import { CallLog } from './call-log.ts'
import type { CallNetwork, CallParts } from './call-parts.ts'
import { callerOffer } from './caller-offer.ts'
import { IncomingCall } from './incoming-call.ts'
import { guardAgainstLoop } from './loop-guard.ts'
import { nameAddr } from './name-addr.ts'
import type { CallRecords, DecisionRecords, PeerLinks } from './neighbours.ts'
import { Preemption } from './preemption.ts'
import { printSessionId, readSessionId } from './session-id.ts'
import { type CallerRules, statedCaller } from './stated-caller.ts'
import type { CallUnderWay } from './transferable-call.ts'
import { Transfers } from './transfers.ts'

export interface InviteStack extends CallNetwork {
  onInvite(handler: (invite: IncomingInvite) => Promise<void>): void
}

export interface CallHandlerParts extends Omit<CallParts, 'network' | 'makeRoom'> {
  readonly stack: InviteStack
  readonly admission: AdmissionRules
  readonly records: CallRecords
  readonly decisions: DecisionRecords
  readonly links: PeerLinks
  /** Whom a call from a trunk wants; providers write the number into different headers. */
  calledUri(trunk: string, invite: IncomingInvite): string
  readonly callers: CallerRules
  /** A channel of the trunk that a call came in by, given back by what is returned; undefined when none is left. */
  takeIncoming(trunk: string, isUrgent: boolean): (() => void) | undefined
  readonly maxCalls: number
  /** Taken by a box that is full or about to stop: a call for help, or rescuers who call back. */
  isUrgent(invite: IncomingInvite): boolean
  /** Rescuers call back. */
  isCallback(question: CallQuestion): boolean
  /** Tells this box from others in the mark that each box leaves on a call. */
  readonly boxId: string
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
  readonly #parts: CallHandlerParts
  readonly #calls = new Set<CallUnderWay>()
  readonly #callParts: CallParts
  readonly #transfers: Transfers
  readonly #preemption: Preemption
  #isDraining = false

  constructor(parts: CallHandlerParts) {
    this.#parts = parts
    const { isCallback, clock, log } = parts
    this.#preemption = new Preemption({ calls: () => this.#calls, isCallback, clock, log })
    this.#callParts = { ...parts, network: parts.stack, makeRoom: (trunk) => this.makeRoom(trunk) }
    const calls = { adopt: (call: CallUnderWay) => this.#adopt(call), all: () => this.#calls }
    this.#transfers = new Transfers({ ...parts, ...this.#callParts }, calls)
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
      Promise.all(calls.map((call) => call.hangUp('the box is stopping'))),
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

  /** Calls to this PBX from which nothing was heard move on to their next target at once. */
  pbxIsGone(name: string): void {
    for (const call of this.#calls) call.pbxIsGone(name)
  }

  async #onInvite(invite: IncomingInvite): Promise<void> {
    const isClosed = this.#isDraining || this.#calls.size >= this.#parts.maxCalls
    if (isClosed && !this.#parts.isUrgent(invite)) {
      return invite.respond(503, { headers: { 'Retry-After': '10' } })
    }
    const admission = admit(invite, this.#parts.admission)
    if (admission.kind === 'ignored') return
    if (admission.kind === 'refused') return this.#refuse(invite, admission)
    const loop = guardAgainstLoop(invite, this.#parts.boxId)
    if (loop.kind === 'stops') return this.#refuse(invite, { ...loop, headers: {} })
    const giveBack = this.#channelFor(admission, invite)
    if (!giveBack) {
      const why = `trunk ${admission.label} carries its most calls`
      return this.#refuse(invite, { status: 486, headers: {}, why })
    }
    return this.#take(this.#callIn(invite, admission, loop.headers), giveBack)
  }

  #channelFor({ source, label }: Admitted, invite: IncomingInvite): (() => void) | undefined {
    if (source !== 'trunk') return () => undefined
    return this.#parts.takeIncoming(label, this.#parts.isUrgent(invite))
  }

  async #take(callIn: CallIn, giveBack: () => void): Promise<void> {
    const call = new IncomingCall(callIn, this.#callParts)
    this.#adopt(call)
    void call.over.then(giveBack)
    try {
      await call.run()
    } catch (error) {
      void call.hangUp('internal error', 500)
      callIn.callLog.ended({ status: 500, by: 'box', cause: 'internal error' })
      this.#calls.delete(call)
      giveBack()
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
    void call.over.then(() => this.#calls.delete(call))
  }

  #callIn(invite: IncomingInvite, admitted: Admitted, headers: CallIn['headers']): CallIn {
    const { records, decisions, links, clock, log, admission, callers, calledUri } = this.#parts
    const { source, label, caller, callerIsAuthenticated } = admitted
    const called = source === 'trunk' ? calledUri(label, invite) : invite.uri
    const { displayName, ...stated } = statedCaller(invite, { ...admitted, requestUri: called }, callers)
    const { from, requestUri } = stated
    const { sdp, locationDocument } = callerOffer(invite)
    const payer = payerOf({ source, sourceLabel: label, caller })
    const sessionId = readSessionId(invite.header('session-id'))
    const facts = {
      callId: invite.callId,
      sessionId,
      from,
      to: requestUri,
      source,
      sourceLabel: label,
      payer,
    }
    const callLog = new CallLog(facts, records, decisions, clock, log)
    return {
      invite,
      question: {
        callId: invite.callId,
        source,
        sourceLabel: label,
        caller,
        callerIsAuthenticated,
        ...stated,
        ...(source === 'phone' && { sourceAddress: invite.source.address }),
        ...(locationDocument !== undefined && { locationDocument }),
        at: callLog.startedAt,
      },
      displayName,
      offer: sdp,
      headers: { ...headers, 'Session-ID': printSessionId(callLog.sessionId) },
      contact: source === 'overlay' ? nameAddr(`sip:${links.ownNameFor(label)};transport=tcp`) : undefined,
      callLog,
      demandDigest: () => {
        const proof = caller && proveCaller(invite, caller, admission)
        return proof?.kind === 'refused' ? proof : undefined
      },
      onRefer: (call, side, request) => this.#transfers.onRefer(call, side, request),
    }
  }

  async #refuse(
    invite: IncomingInvite,
    { status, headers, why }: Omit<Extract<Admission, { kind: 'refused' }>, 'kind'>,
  ): Promise<void> {
    if (status !== 401 && status !== 407) this.#keepRefusal(invite, status, why)
    await invite.respond(status, { headers })
  }

  #keepRefusal(invite: IncomingInvite, status: number, why: string): void {
    const { clock, decisions } = this.#parts
    const from = invite.header('from') ?? ''
    const step: DecisionStep = {
      atMs: 0,
      step: 'admission',
      asked: `${from} from ${invite.source.address}:${invite.source.port}`,
      answer: String(status),
      tookMs: 0,
      why,
    }
    decisions.keep({
      callId: invite.callId,
      startedAt: clock.now(),
      from,
      to: invite.uri,
      steps: [step],
      status,
    })
  }
}
