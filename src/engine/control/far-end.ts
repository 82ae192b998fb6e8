import type { Clock } from '../../lib/clock.ts'
import { isTargetRefresh, targetFrom } from '../dialog/dialog.ts'
import type { DialogStore } from '../dialog/dialog-store.ts'
import { hasOption } from '../dialog/reliable-provisionals.ts'
import { routeSetFrom } from '../dialog/route-set.ts'
import { newTag } from '../message/identifiers.ts'
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts'
import { responseTo } from '../message/response.ts'
import type { Flow } from '../transport/flow.ts'
import type { Acknowledgements } from './acknowledgements.ts'
import type { CallRecords } from './call-records.ts'
import { networkLeader } from './leader.ts'
import { Leg } from './leg.ts'
import type { LegRelease } from './leg-release.ts'
import { makesDialog, type OutgoingRequest } from './outgoing-request.ts'
import type { SessionTimers } from './session-timers.ts'
import { grantedSeconds } from './subscription-time.ts'
import type { UnwantedAnswers } from './unwanted-answers.ts'
import { wireTime } from './wire-time.ts'

export interface FarEndParts {
  readonly legs: DialogStore<Leg>
  readonly release: LegRelease
  readonly unwanted: UnwantedAnswers
  readonly acknowledgements: Acknowledgements
  readonly records: CallRecords
  readonly sessionTimers: SessionTimers
  readonly clock: Clock
}

/** What the far end answers to applications' requests, and what that does to the legs. */
export class FarEnd {
  readonly #parts: FarEndParts

  constructor(parts: FarEndParts) {
    this.#parts = parts
  }

  /** `flow` is undefined for a response that was made up here. */
  onResponse(outgoing: OutgoingRequest, response: SipResponse, flow: Flow | undefined): void {
    if (response.status === 100) return
    const isWanted = outgoing.leg
      ? this.#inLeg(outgoing, outgoing.leg, response)
      : this.#outsideLegs(outgoing, response)
    if (isWanted) this.#deliver(outgoing, response, flow)
  }

  /** RFC 3261 §8.1.3.1: a failure below counts as a response from the far end. */
  pretend(outgoing: OutgoingRequest, status: number): void {
    this.onResponse(outgoing, madeUp(outgoing, status), undefined)
  }

  /** The same for a request that never left, and so changes nothing. */
  tell(outgoing: OutgoingRequest, status: number): void {
    this.#deliver(outgoing, madeUp(outgoing, status), undefined)
  }

  /** A 2xx that no transaction waits for: an answer that came again, or one that nobody wants. */
  onStrayAnswer(response: SipResponse): void {
    const { legs, acknowledgements, unwanted } = this.#parts
    const leg = legs.withTags(response.callId, response.from.tag ?? '', response.to.tag ?? '')
    if (leg) acknowledgements.repeat(leg, response)
    else unwanted.decline(response, 'SIP;cause=200;text="Call completed elsewhere"')
  }

  /** The NOTIFY that overtakes the answer to its SUBSCRIBE makes the dialog (RFC 6665 §4.4.1). */
  legFromNotify(outgoing: OutgoingRequest, notify: SipRequest): Leg {
    const { request } = outgoing
    const leg = new Leg(
      {
        id: outgoing.dialogId,
        usage: request.method,
        isUac: true,
        callId: request.callId,
        localTag: request.from.tag ?? '',
        remoteTag: notify.from.tag ?? '',
        localParty: request.get('from') ?? '',
        remoteParty: notify.get('from') ?? '',
        routeSet: routeSetFrom(notify, false),
        remoteTarget: targetFrom(notify, notify.from.uri),
        localContact: request.get('contact'),
        localSequence: request.cseq.number,
        remoteSequence: undefined,
      },
      outgoing,
    )
    leg.flow = outgoing.flow
    leg.state = 'confirmed'
    this.#parts.legs.add(leg)
    // Its answer may never come.
    this.#parts.release.endAfter(leg, grantedSeconds(request, notify))
    return leg
  }

  /** Returns whether the application is to see it. */
  #outsideLegs(outgoing: OutgoingRequest, response: SipResponse): boolean {
    if (!makesDialog(outgoing.request.method)) return true
    if (response.status >= 300) {
      this.#dropEarlyLegs(outgoing)
      this.#recordFailure(outgoing, response)
      return true
    }
    const tag = response.to.tag
    const isAnswer = outgoing.request.method === 'INVITE' && response.status >= 200
    if (isAnswer) return this.#answered(outgoing, response, tag ?? '')
    // Nobody would hold the dialog.
    if (!outgoing.application.isConnected) return false
    if (response.status < 200)
      return tag === undefined || isNews(this.#legOf(outgoing, response, tag), response)
    return this.#subscribed(outgoing, response, tag ?? '')
  }

  #answered(outgoing: OutgoingRequest, response: SipResponse, tag: string): boolean {
    if (outgoing.isAnswered || !outgoing.application.isConnected) {
      const known = this.#parts.legs.withTags(outgoing.request.callId, outgoing.request.from.tag ?? '', tag)
      if (known) this.#parts.release.end(known)
      this.#parts.unwanted.decline(response, 'SIP;cause=200;text="Call completed elsewhere"')
      return false
    }
    outgoing.isAnswered = true
    const leg = this.#legOf(outgoing, response, tag)
    confirm(leg, response)
    this.#parts.sessionTimers.agreed(leg, outgoing.request, response, 'uac')
    leg.unacknowledged = outgoing.request
    leg.endsAfterAck = reasonToEnd(outgoing, response)
    this.#dropEarlyLegs(outgoing)
    this.#parts.records.start('network', 'uac', response)
    return true
  }

  #subscribed(outgoing: OutgoingRequest, response: SipResponse, tag: string): boolean {
    const leg = this.#legOf(outgoing, response, tag)
    confirm(leg, response)
    // A provisional response may have come from another fork, which now has nothing more to say.
    this.#dropEarlyLegs(outgoing)
    this.#renew(outgoing, leg, response)
    return true
  }

  /** RFC 5057 §4: a call outlives the subscriptions within it. */
  #renew(outgoing: OutgoingRequest, leg: Leg, response: SipResponse): void {
    if (leg.usage !== 'SUBSCRIBE') return
    this.#parts.release.endAfter(leg, grantedSeconds(outgoing.request, response))
  }

  #inLeg(outgoing: OutgoingRequest, leg: Leg, response: SipResponse): boolean {
    const { method } = outgoing.request
    const { status } = response
    if (status < 200) return isNews(leg, response)
    if (leg.inviting === outgoing.transactionId) leg.inviting = undefined
    if (leg.updating === outgoing.transactionId) leg.updating = undefined
    if (status < 300) {
      if (method === 'SUBSCRIBE') this.#renew(outgoing, leg, response)
      if (isTargetRefresh(method)) leg.refreshTarget(response)
      if (method === 'INVITE') leg.unacknowledged = outgoing.request
      if (method === 'INVITE' || method === 'UPDATE')
        this.#parts.sessionTimers.agreed(leg, outgoing.request, response, 'uac')
    }
    this.#endIfOver(outgoing, leg, response)
    return true
  }

  #endIfOver(outgoing: OutgoingRequest, leg: Leg, response: SipResponse): void {
    const { release, records } = this.#parts
    const { method } = outgoing.request
    const { status } = response
    if (method === 'BYE') {
      // A BYE that was challenged will be sent again.
      if (status === 401 || status === 407) {
        release.endAfter(leg, 0)
        return
      }
      if (leg.state !== 'ended') records.stop('application', 'normal-release', outgoing.request)
      release.end(leg)
    } else if (method === 'NOTIFY' && isTerminated(outgoing.request)) {
      if (leg.usage === 'SUBSCRIBE') release.end(leg)
    } else if (status === 481 || status === 408) {
      // RFC 3261 §12.2.1.2, RFC 5057 §5.1: the far end has lost the dialog.
      if (leg.usage === 'SUBSCRIBE') release.end(leg)
      else if (endsSession(method)) release.bye(leg, `SIP;cause=${status};text="${response.reason}"`)
    }
  }

  /** The leg of the fork that answers with `tag`, made when it is heard of first (§12.1.2). */
  #legOf(outgoing: OutgoingRequest, response: SipResponse, tag: string): Leg {
    const { request } = outgoing
    const localTag = request.from.tag ?? ''
    const known = this.#parts.legs.withTags(request.callId, localTag, tag)
    if (known) return known
    const leg = new Leg(
      {
        id: outgoing.dialogId,
        usage: request.method,
        isUac: true,
        callId: request.callId,
        localTag,
        remoteTag: tag,
        localParty: request.get('from') ?? '',
        remoteParty: response.get('to') ?? '',
        routeSet: routeSetFrom(response, true),
        remoteTarget: targetFrom(response, request.uri),
        localContact: request.get('contact'),
        localSequence: request.cseq.number,
        remoteSequence: undefined,
      },
      outgoing,
    )
    leg.flow = outgoing.flow
    this.#parts.legs.add(leg)
    return leg
  }

  #dropEarlyLegs(outgoing: OutgoingRequest): void {
    for (const leg of this.#parts.legs.forksOf(outgoing.dialogId))
      if (leg.state === 'early' && leg.transactionId === outgoing.transactionId) this.#parts.release.end(leg)
  }

  #recordFailure(outgoing: OutgoingRequest, response: SipResponse): void {
    if (outgoing.request.method !== 'INVITE' || response.status === 401 || response.status === 407) return
    const end = outgoing.isCancelled ? 'call-canceled' : 'call-rejected'
    this.#parts.records.stop('network', end, response)
  }

  #deliver(outgoing: OutgoingRequest, response: SipResponse, flow: Flow | undefined): void {
    const bytes = response.toBuffer()
    const time = wireTime(this.#parts.clock.now())
    const { application, transactionId, dialogId } = outgoing
    application.send(networkLeader(bytes.length, flow, time, transactionId, dialogId), bytes)
  }
}

/** Told to cancel, but the far end had answered; or its answer does not say where the dialog's requests shall go. */
function reasonToEnd({ isCancelled }: OutgoingRequest, answer: SipResponse): string | undefined {
  if (isCancelled) return 'SIP;cause=200;text="ACK-BYE due to cancel race condition"'
  // RFC 3261 §12.1.1: without a Contact drachtio-srf makes no dialog, and sends no BYE.
  return answer.has('contact') ? undefined : 'SIP;cause=200;text="No Contact in the answer"'
}

function madeUp({ request }: OutgoingRequest, status: number): SipResponse {
  return responseTo(request, status, undefined, { toTag: newTag() })
}

/** §13.2.2.4: the 2xx has the last word about route set and target. */
function confirm(leg: Leg, response: SipResponse): void {
  leg.routeSet = routeSetFrom(response, true)
  leg.refreshTarget(response)
  leg.state = 'confirmed'
}

/** RFC 3262 §4: reliable provisional responses are taken once and in order. */
function isNews(leg: Leg, response: SipResponse): boolean {
  if (!response.has('rseq') || !hasOption(response.values('require'), '100rel')) return true
  const sequence = Number(response.get('rseq'))
  if (leg.lastReliable !== undefined && sequence !== leg.lastReliable + 1) return false
  leg.lastReliable = sequence
  return true
}

/** Subscriptions share a dialog with the session and end by themselves (RFC 5057 §4). */
function endsSession(method: string): boolean {
  return method === 'INVITE' || method === 'UPDATE' || method === 'INFO' || method === 'PRACK'
}

export function isTerminated(notify: SipMessage): boolean {
  return /^terminated\b/i.test(notify.get('subscription-state') ?? '')
}
