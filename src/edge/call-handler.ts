import type { DecisionStep } from '../domain/decision-record.ts'
import type { IncomingInvite } from '../domain/sip.ts'
import type { Part } from '../lib/part.ts'
import { within } from '../lib/time-box.ts'
import { type Admission, type AdmissionRules, admit, proveCaller } from './admission.ts'
import { CallLog } from './call-log.ts'
import type { CallNetwork, CallParts } from './call-parts.ts'
import { type CallIn, IncomingCall } from './incoming-call.ts'
import { guardAgainstLoop } from './loop-guard.ts'
import { nameAddr } from './name-addr.ts'
import type { CallRecords, DecisionRecords, PeerLinks } from './neighbours.ts'
import type { CallUnderWay } from './transferable-call.ts'
import { Transfers } from './transfers.ts'

export interface InviteStack extends CallNetwork {
  onInvite(handler: (invite: IncomingInvite) => Promise<void>): void
}

export interface CallHandlerParts extends Omit<CallParts, 'network'> {
  readonly stack: InviteStack
  readonly admission: AdmissionRules
  readonly records: CallRecords
  readonly decisions: DecisionRecords
  readonly links: PeerLinks
  /** Whom a call from a trunk wants; providers write the number into different headers. */
  calledUri(trunk: string, invite: IncomingInvite): string
  readonly maxCalls: number
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

type Admitted = Extract<Admission, { kind: 'admitted' }>

/** What happens to an INVITE, top to bottom: admit, route, bridge, account. */
export class CallHandler implements Part {
  readonly name = 'calls'
  readonly #parts: CallHandlerParts
  readonly #calls = new Set<CallUnderWay>()
  readonly #callParts: CallParts
  readonly #transfers: Transfers
  #isDraining = false

  constructor(parts: CallHandlerParts) {
    this.#parts = parts
    this.#callParts = { ...parts, network: parts.stack }
    const calls = { adopt: (call: CallUnderWay) => this.#adopt(call), all: () => this.#calls }
    this.#transfers = new Transfers({ ...parts, network: parts.stack }, calls)
  }

  async start(): Promise<void> {
    this.#isDraining = false
    this.#parts.stack.onInvite((invite) => this.#onInvite(invite))
  }

  /** Takes no new calls and waits for those under way, at most `withinMs`. */
  async drain(withinMs: number): Promise<void> {
    this.#isDraining = true
    await within(withinMs, this.#parts.clock, () => Promise.all([...this.#calls].map((call) => call.over)))
  }

  /** Hangs up what is left. */
  async stop(): Promise<void> {
    this.#isDraining = true
    const calls = [...this.#calls]
    await within(goodbyeWithinMs, this.#parts.clock, () =>
      Promise.all(calls.map((call) => call.hangUp('the box is stopping'))),
    )
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
    if (this.#isDraining || this.#calls.size >= this.#parts.maxCalls) {
      return invite.respond(503, { headers: { 'Retry-After': '10' } })
    }
    const admission = admit(invite, this.#parts.admission)
    if (admission.kind === 'ignored') return
    if (admission.kind === 'refused') return this.#refuse(invite, admission)
    const loop = guardAgainstLoop(invite, this.#parts.boxId)
    if (loop.kind === 'stops') return this.#refuse(invite, { ...loop, headers: {} })
    return this.#take(this.#callIn(invite, admission, loop.headers))
  }

  async #take(callIn: CallIn): Promise<void> {
    const call = new IncomingCall(callIn, this.#callParts)
    this.#adopt(call)
    try {
      await call.run()
    } catch (error) {
      void call.hangUp('internal error', 500)
      callIn.callLog.ended({ status: 500, by: 'box', cause: 'internal error' })
      this.#calls.delete(call)
      throw error // the stack answers 500 and logs it
    }
  }

  #adopt(call: CallUnderWay): void {
    this.#calls.add(call)
    void call.over.then(() => this.#calls.delete(call))
  }

  #callIn(invite: IncomingInvite, admitted: Admitted, headers: CallIn['headers']): CallIn {
    const { records, decisions, links, clock, log, admission, calledUri } = this.#parts
    const { source, label, caller, callerIsAuthenticated, from, displayName } = admitted
    const requestUri = source === 'trunk' ? calledUri(label, invite) : invite.uri
    const facts = { callId: invite.callId, from, to: requestUri, source }
    const callLog = new CallLog(facts, records, decisions, clock, log)
    return {
      invite,
      question: {
        callId: invite.callId,
        source,
        sourceLabel: label,
        caller,
        callerIsAuthenticated,
        from,
        requestUri,
        at: callLog.startedAt,
      },
      displayName,
      headers,
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
