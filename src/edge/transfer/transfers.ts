import { setImmediate } from 'node:timers/promises'
import { type Aor, printAor } from '../../domain/aor.ts'
import { GatewayError } from '../../domain/gateway-error.ts'
import type { CallQuestion } from '../../domain/route.ts'
import type { IncomingRequest, SipDialog } from '../../domain/sip.ts'
import { isWebRtc } from '../../domain/web-rtc.ts'
import { otherSide } from '../bridge.ts'
import { chargedTogether } from '../call-charge.ts'
import { type CallFacts, CallLog } from '../call-log.ts'
import type { CallParts } from '../call-parts.ts'
import type { CallRecords, DecisionRecords, MediaSide } from '../neighbours.ts'
import { JoinedCall, type OnRefer } from './joined-call.ts'
import { negotiate } from './negotiation.ts'
import { outsideOf } from './outside-leg.ts'
import { connectedOutside, type TransferRules } from './outside-transfer.ts'
import { notifyReferrer } from './refer-notice.ts'
import { type ReferTarget, readReferTo } from './refer-to.ts'
import type { CallUnderWay, Party } from './transferable-call.ts'
import { TransferredCall } from './transferred-call.ts'

export interface TransferParts extends CallParts {
  readonly records: CallRecords
  readonly decisions: DecisionRecords
}

/** The calls of the box. */
export interface CallSet {
  adopt(call: CallUnderWay): void
  all(): Iterable<CallUnderWay>
}

interface FoundLeg {
  readonly call: CallUnderWay
  readonly side: MediaSide
}

interface Referral {
  readonly call: CallUnderWay
  /** The side that transfers the other one away. */
  readonly side: MediaSide
  readonly referrer: Aor
  readonly request: IncomingRequest
}

/** REFER in a call (RFC 3515): the box places the new call itself, in the name of the user who transfers. */
export class Transfers {
  readonly #parts: TransferParts
  readonly #calls: CallSet

  constructor(parts: TransferParts, calls: CallSet) {
    this.#parts = parts
    this.#calls = calls
  }

  onRefer(call: CallUnderWay, side: MediaSide, request: IncomingRequest): void {
    this.#refer(call, side, request).catch((error: unknown) => {
      if (!(error instanceof GatewayError)) {
        this.#parts.log.error({ callId: request.callId, error: String(error) }, 'transfer failed')
      }
      // It may have been answered before the trouble.
      request.respond(error instanceof GatewayError ? error.sipStatus : 500).catch(() => undefined)
    })
  }

  async #refer(call: CallUnderWay, side: MediaSide, request: IncomingRequest): Promise<void> {
    const { bridge } = call
    if (!bridge) return request.respond(481)
    // A PBX transfers by its own rules, and its NOTIFYs come back through the bridge.
    if (call.party(side).path === 'pbx' || call.party(otherSide(side)).path === 'pbx') {
      return bridge.relay(side, request)
    }
    // RFC 3261 §21.4.27: one transfer after the other, whichever side asks.
    if (bridge.isInTransfer) return request.respond(491)
    const referrer = call.party(side).user
    if (!referrer) return request.respond(603)
    const target = readReferTo(request.header('refer-to'))
    if (!target) return request.respond(400, { reason: 'Bad Refer-To' })
    bridge.keep(otherSide(side))
    try {
      await this.#follow({ call, side, referrer, request }, target)
    } finally {
      bridge.keepNoLonger()
    }
  }

  #follow(referral: Referral, target: ReferTarget): Promise<void> {
    if (target.replacesCallId !== undefined) return this.#attended(referral, target.replacesCallId)
    return this.#blind(referral, target)
  }

  async #blind(referral: Referral, target: ReferTarget): Promise<void> {
    const { call, side, request } = referral
    const referring = call.bridge?.leg(side)
    if (!referring) return request.respond(481)
    await request.respond(202)
    notifyReferrer(referring, 100, 'Trying')
    const placed = this.#place(referral, target, referring)
    this.#calls.adopt(placed)
    void call.over.then(() => {
      if (!placed.bridge) void placed.hangUp('the one who was transferred has hung up')
    })
    try {
      const { status, reason } = await placed.run()
      if (status >= 300) notifyReferrer(referring, status, reason)
    } catch (error) {
      const { status, reason } = placed.fail()
      notifyReferrer(referring, status, reason)
      throw error
    }
  }

  #place({ call, side, referrer }: Referral, target: ReferTarget, referring: SipDialog): TransferredCall {
    const { clock, log, records, decisions } = this.#parts
    const remaining = call.party(otherSide(side))
    const facts = {
      callId: call.question.callId,
      from: remaining.uri,
      to: target.uri,
      source: remaining.path,
      payer: `${referrer.user}@${referrer.domain}`,
      transferredFrom: call.callLog.id,
      outside: outsideOf(call, remaining),
    }
    const callLog = new CallLog(facts, records, decisions, clock, log)
    return new TransferredCall(
      {
        question: this.#questionOf(facts, referrer, callLog.startedAt),
        callLog,
        remaining,
        remainingDialog: call.bridge?.leg(otherSide(side)) ?? referring,
        headers: { 'Referred-By': `<${printAor(referrer)}>` },
        take: () => {
          notifyReferrer(referring, 200, 'OK')
          return call.handOver(otherSide(side))
        },
        onRinging: (status, reason) => notifyReferrer(referring, status, reason),
        onRefer: (next, nextSide, request) => this.onRefer(next, nextSide, request),
      },
      this.#parts,
    )
  }

  /** The transferring user has two calls here: their far ends are joined. */
  async #attended({ call, side, referrer, request }: Referral, callId: string): Promise<void> {
    // The consultation may have been answered in this very turn, and is bridged by the next one.
    const consulted = this.#findLeg(callId, referrer) ?? (await this.#findLegLater(callId, referrer))
    const referring = call.bridge?.leg(side)
    if (!consulted || !referring || consulted.call === call) return request.respond(404)
    const refusal = this.#refusalToConnect(call.party(otherSide(side)), consulted, referrer)
    if (refusal) return request.respond(refusal.status)
    await request.respond(202)
    const isJoined = await this.#join(call, otherSide(side), consulted, referrer)
    notifyReferrer(referring, isJoined ? 200 : 500, isJoined ? 'OK' : 'Server Internal Error')
  }

  async #join(call: CallUnderWay, side: MediaSide, consulted: FoundLeg, referrer: Aor): Promise<boolean> {
    const parties = { caller: call.party(side), callee: consulted.call.party(otherSide(consulted.side)) }
    const { policyOf } = this.#parts
    const media = this.#parts.media.session({
      callId: `${call.callLog.id}-joined`,
      source: parties.caller.path,
      target: parties.callee.path,
      callerSdp: call.bridge?.leg(side).remoteSdp ?? '',
      callerAddress: '',
      calleeIsBehindNat: false,
      calleeIsBrowser: isWebRtc(consulted.call.bridge?.leg(otherSide(consulted.side)).remoteSdp ?? ''),
      callerPolicy: policyOf?.(parties.caller.path, parties.caller.label),
      calleePolicy: policyOf?.(parties.callee.path, parties.callee.label),
    })
    const legs = { caller: call.handOver(side), callee: consulted.call.handOver(otherSide(consulted.side)) }
    const facts = {
      callId: call.question.callId,
      from: parties.caller.uri,
      to: parties.callee.uri,
      source: parties.caller.path,
      payer: `${referrer.user}@${referrer.domain}`,
      transferredFrom: call.callLog.id,
      outside: chargedTogether(outsideOf(consulted.call, parties.callee), outsideOf(call, parties.caller)),
    }
    const callLog = new CallLog(
      facts,
      this.#parts.records,
      this.#parts.decisions,
      this.#parts.clock,
      this.#parts.log,
    )
    const question = this.#questionOf(facts, referrer, callLog.startedAt)
    const onRefer: OnRefer = (next, nextSide, request) => this.onRefer(next, nextSide, request)
    const joined = new JoinedCall({ question, callLog, parties, legs, media, onRefer }, this.#parts.log)
    this.#calls.adopt(joined)
    joined.bridge.join()
    try {
      await negotiate(legs, media)
      callLog.answered(parties.callee.path, parties.callee.label, [])
      return true
    } catch (error) {
      void joined.hangUp(error instanceof Error ? error.message : 'transfer failed')
      return false
    }
  }

  /** Two parties outside: the one who leaves goes on paying for whom he called. */
  #refusalToConnect(
    party: Party,
    { call, side }: FoundLeg,
    referrer: Aor,
  ): ReturnType<TransferRules['mayConnectOutside']> {
    const numbers = connectedOutside(party, call.party(otherSide(side)))
    if (!numbers) return undefined
    const { callId } = call.question
    const facts = { callId, from: party.uri, to: call.party(otherSide(side)).uri, source: party.path }
    const question = this.#questionOf(facts, referrer, this.#parts.clock.now())
    return this.#parts.transferRules.mayConnectOutside(question, numbers)
  }

  /** In whose name a transferred call is placed. */
  #questionOf(facts: CallFacts, referrer: Aor, at: number): CallQuestion {
    return {
      callId: facts.callId,
      source: 'phone',
      sourceLabel: `${referrer.user}@${referrer.domain}`,
      caller: referrer,
      callerIsAuthenticated: true,
      from: facts.from,
      requestUri: facts.to,
      at,
    }
  }

  async #findLegLater(callId: string, owner: Aor): Promise<FoundLeg | undefined> {
    await setImmediate()
    return this.#findLeg(callId, owner)
  }

  #findLeg(callId: string, owner: Aor): FoundLeg | undefined {
    for (const call of this.#calls.all()) {
      for (const side of ['caller', 'callee'] as const) {
        const user = call.party(side).user
        const isOwner = user?.user === owner.user && user.domain === owner.domain
        if (isOwner && call.bridge?.leg(side).callId === callId) return { call, side }
      }
    }
    return undefined
  }
}
