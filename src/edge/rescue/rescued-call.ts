import type { SipDialog } from '../../domain/sip.ts'
import { isWebRtc } from '../../domain/web-rtc.ts'
import { chargedTogether } from '../call-charge.ts'
import { CallLog } from '../call-log.ts'
import type { CallParts } from '../call-parts.ts'
import type { CallRecords, DecisionRecords, MediaSession, MediaSide } from '../neighbours.ts'
import { JoinedCall, type OnRefer } from '../transfer/joined-call.ts'
import { outsideOf } from '../transfer/outside-leg.ts'
import type { CallUnderWay, HeldLeg } from '../transfer/transferable-call.ts'
import { mediaAddress } from './media-address.ts'

export interface RescuedCallParts extends CallParts {
  readonly records: CallRecords
  readonly decisions: DecisionRecords
  readonly onRefer: OnRefer
}

/** The two calls that a PBX connected, and why the box believes that it did. */
export interface RescuedCalls {
  readonly pbx: string
  /** Somebody who called the PBX. */
  readonly to: CallUnderWay
  /** Somebody whom the PBX called. */
  readonly from: CallUnderWay
  readonly why: string
}

export interface Rescued {
  readonly call: JoinedCall
  readonly legs: Readonly<Record<MediaSide, HeldLeg>>
  readonly media: MediaSession
  /** Legs to the PBX, which were not hung up. */
  readonly pbxLegs: readonly SipDialog[]
}

/**
 * Makes one call of two: the legs to the PBX are left where they are, the far ends are bridged, and have still to agree on
 * their media. Whoever paid for a leg outside goes on paying for it.
 */
export function rescuedCall({ pbx, to, from, why }: RescuedCalls, parts: RescuedCallParts): Rescued {
  const [toPbx, fromPbx] = [to.bridge, from.bridge]
  if (!toPbx || !fromPbx) throw new Error('a call that is not bridged cannot be rescued')
  const media = mediaOf(to, from, parts)
  const callLog = newLog({ pbx, to, from, why }, parts)
  const pbxLegs = [toPbx.leg('callee'), fromPbx.leg('caller')]
  const parting = { cause: `rescued: it goes on without the PBX as call ${callLog.id}`, leavesOther: true }
  const emergency = from.emergency ?? to.emergency
  const callee = { ...from.party('callee'), ...(emergency && { emergency }) }
  const parties = { caller: to.party('caller'), callee }
  const legs = { caller: to.handOver('caller', parting), callee: from.handOver('callee', parting) }
  callLog.answered(parties.callee.path, parties.callee.label, [])
  const { question } = to
  const { onRefer, log } = parts
  const call = new JoinedCall({ question, callLog, parties, legs, media, onRefer }, log)
  return { call, legs, media, pbxLegs }
}

function newLog({ pbx, to, from, why }: RescuedCalls, parts: RescuedCallParts): CallLog {
  const { records, decisions, clock, log } = parts
  const [caller, callee] = [to.party('caller'), from.party('callee')]
  const facts = {
    callId: to.question.callId,
    sessionId: to.callLog.sessionId,
    from: caller.uri,
    to: callee.uri,
    source: caller.path,
    sourceLabel: to.question.sourceLabel,
    payer: (callee.outsideNumber === undefined ? to : from).callLog.payer,
    rescuedFrom: [to.callLog.id, from.callLog.id],
    outside: chargedTogether(chargedTogether({}, outsideOf(from, callee)), outsideOf(to, caller)),
  }
  const callLog = new CallLog(facts, records, decisions, clock, log)
  const asked = `calls ${to.callLog.id} and ${from.callLog.id} through PBX ${pbx}`
  callLog.addSteps([{ atMs: 0, step: 'rescue', asked, answer: 'joined', tookMs: 0, why }])
  const emergency = from.emergency ?? to.emergency
  if (emergency) callLog.planned({ kind: 'targets', targets: [], emergency, why })
  return callLog
}

function mediaOf(to: CallUnderWay, from: CallUnderWay, { media, policyOf }: CallParts): MediaSession {
  const [caller, callee] = [to.party('caller'), from.party('callee')]
  const calleeSdp = from.bridge?.leg('callee').remoteSdp ?? ''
  return media.session({
    callId: `${to.callLog.id}-rescued`,
    source: caller.path,
    target: callee.path,
    callerSdp: to.bridge?.leg('caller').remoteSdp ?? '',
    callerAddress: '',
    // Who could not be reached directly by way of the PBX, cannot without it.
    calleeIsBehindNat: isRelayed(to) || isRelayed(from),
    calleeIsBrowser: isWebRtc(calleeSdp),
    calleeSdp,
    callerPolicy: policyOf?.(caller.path, caller.label),
    calleePolicy: policyOf?.(callee.path, callee.label),
  })
}

function isRelayed({ bridge }: CallUnderWay): boolean {
  if (!bridge) return false
  return mediaAddress(bridge.leg('caller').remoteSdp) !== mediaAddress(bridge.leg('callee').localSdp)
}
