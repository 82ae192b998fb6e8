import type { Clock } from '../../lib/clock.ts'
import { isTargetRefresh, targetFrom } from '../dialog/dialog.ts'
import type { DialogStore } from '../dialog/dialog-store.ts'
import { hasOption, ReliableProvisionals } from '../dialog/reliable-provisionals.ts'
import { Retransmission, type RetransmissionTimes } from '../dialog/retransmission.ts'
import { routeSetFrom } from '../dialog/route-set.ts'
import type { HeaderLine, SipRequest, SipResponse } from '../message/message.ts'
import { responseTo } from '../message/response.ts'
import type { OwnChallenges } from '../proxy/own-challenges.ts'
import type { SipFrame } from './app-frame.ts'
import { type AppHeaders, isSdp, ownContact, readAppHeaders, sdpContentType } from './app-headers.ts'
import type { Application } from './application.ts'
import type { CallRecords } from './call-records.ts'
import { isTerminated } from './far-end.ts'
import type { IncomingRequest } from './incoming-request.ts'
import type { IncomingRequests } from './incoming-requests.ts'
import { responseSentLeader } from './leader.ts'
import { Leg } from './leg.ts'
import type { LegRelease } from './leg-release.ts'
import { makesDialog } from './outgoing-request.ts'
import { echoedSessionExpires } from './session-refresh.ts'
import type { SessionTimers } from './session-timers.ts'
import { grantedSeconds } from './subscription-time.ts'
import { wireTime } from './wire-time.ts'

export interface AnswerParts {
  readonly incoming: IncomingRequests
  readonly legs: DialogStore<Leg>
  readonly release: LegRelease
  readonly records: CallRecords
  readonly challenges: OwnChallenges
  readonly sessionTimers: SessionTimers
  readonly clock: Clock
  /** For 2xx to INVITE: T1, T2 and 64·T1 (RFC 3261 §13.3.1.4). */
  readonly answerTimes: RetransmissionTimes
  /** For reliable provisional responses: T1 doubling without a cap, 64·T1 (RFC 3262 §3). */
  readonly provisionalTimes: RetransmissionTimes
}

const tooLate = 'Response not sent due to unknown transaction'

/** What applications answer to requests of the network: RFC 3261 §8.2.6, §12.1.1 and §13.3.1. */
export class Answers {
  readonly #parts: AnswerParts

  constructor(parts: AnswerParts) {
    this.#parts = parts
  }

  send(application: Application, frame: SipFrame, draft: SipResponse): void {
    const incoming = this.#parts.incoming.find(frame.transactionId)
    if (incoming?.application !== application) {
      application.refuse(frame.id, frame.transactionId ? tooLate : 'transaction id missing')
      return
    }
    if (mustWait(incoming, draft)) {
      incoming.leg?.reliable?.whenOpen(() => this.send(application, frame, draft))
      return
    }
    const headers = readAppHeaders(draft, incoming.point)
    const isReliable = isReliableProvisional(incoming, draft)
    if (isReliable && !takesReliable(incoming.request)) {
      application.refuse(frame.id, 'Remote endpoint does not support 100rel')
      return
    }
    const response = completeResponse(incoming, draft, headers)
    this.#makeLeg(incoming, response)
    const isSent = isReliable
      ? this.#sendReliably(incoming, response)
      : incoming.transaction.respond(response)
    if (!isSent) {
      if (incoming.leg && !incoming.isInLeg) this.#parts.release.end(incoming.leg)
      application.refuse(frame.id, tooLate)
      return
    }
    this.#echo(incoming, frame, response)
    incoming.silence?.cancel()
    if (response.status >= 200) this.#finish(incoming, response)
  }

  #echo(incoming: IncomingRequest, frame: SipFrame, response: SipResponse): void {
    const bytes = response.toBuffer()
    const sent = { bytes: bytes.length, flow: incoming.flow, time: wireTime(this.#parts.clock.now()) }
    const leader = responseSentLeader(frame.id, sent, incoming.transactionId, labelOf(incoming))
    incoming.application.echo(leader, bytes)
  }

  #finish(incoming: IncomingRequest, response: SipResponse): void {
    const { leg, request } = incoming
    this.#parts.incoming.settle(incoming)
    leg?.reliable?.stop()
    this.#parts.challenges.learn(response)
    if (response.status >= 300) this.#rejected(incoming, response)
    else if (leg && request.method === 'INVITE') this.#answered(incoming, leg, response)
    else if (leg && isTargetRefresh(request.method)) this.#accepted(incoming, leg, response)
  }

  #rejected(incoming: IncomingRequest, response: SipResponse): void {
    const { leg, request, isInLeg } = incoming
    if (isInLeg) return
    if (leg) this.#parts.release.end(leg)
    if (request.method === 'INVITE') this.#parts.records.stop('application', 'call-rejected', response)
  }

  /** The 2xx is repeated until its ACK comes, whatever the transport (§13.3.1.4). */
  #answered(incoming: IncomingRequest, leg: Leg, response: SipResponse): void {
    const { clock, answerTimes, release, records, sessionTimers } = this.#parts
    leg.state = 'confirmed'
    sessionTimers.agreed(leg, incoming.request, response, 'uas')
    if (incoming.isInLeg) leg.refreshTarget(incoming.request)
    else records.start('application', 'uas', response)
    leg.settleAnswer()
    leg.answer = {
      sequence: incoming.request.cseq.number,
      transactionId: incoming.transactionId,
      retransmission: new Retransmission(
        clock,
        answerTimes,
        () => incoming.transaction.respond(response),
        () => release.bye(leg, 'SIP;cause=200;text="ACK timeout"'),
      ),
    }
  }

  /** SUBSCRIBE, NOTIFY, UPDATE and REFER. */
  #accepted(incoming: IncomingRequest, leg: Leg, response: SipResponse): void {
    const { request, isInLeg } = incoming
    if (isInLeg) leg.refreshTarget(request)
    else leg.state = 'confirmed'
    if (request.method === 'UPDATE') this.#parts.sessionTimers.agreed(leg, request, response, 'uas')
    // RFC 5057 §4: a call outlives the subscriptions within it.
    if (leg.usage !== 'SUBSCRIBE') return
    if (request.method === 'SUBSCRIBE') this.#parts.release.endAfter(leg, grantedSeconds(request, response))
    if (request.method === 'NOTIFY' && isTerminated(request)) this.#parts.release.end(leg)
  }

  /** A response with a tag to a request outside any dialog makes one (§12.1.1); to SUBSCRIBE only a 2xx (RFC 6665 §4.4.1). */
  #makeLeg(incoming: IncomingRequest, response: SipResponse): void {
    const { request } = incoming
    if (incoming.leg || !makesDialog(request.method)) return
    if (response.status <= 100 || response.status >= 300) return
    if (response.status < 200 && request.method !== 'INVITE') return
    const leg = new Leg(
      {
        id: labelOf(incoming),
        usage: request.method,
        isUac: false,
        callId: request.callId,
        localTag: incoming.localTag(),
        remoteTag: request.from.tag ?? '',
        localParty: response.get('to') ?? '',
        remoteParty: request.get('from') ?? '',
        routeSet: routeSetFrom(request, false),
        remoteTarget: targetFrom(request, request.from.uri),
        localContact: response.get('contact'),
        localSequence: Math.floor(Math.random() * 2 ** 30),
        remoteSequence: request.cseq.number,
      },
      incoming,
    )
    leg.flow = incoming.flow
    this.#parts.legs.add(leg)
    this.#parts.incoming.bind(incoming, leg)
  }

  #sendReliably(incoming: IncomingRequest, response: SipResponse): boolean {
    const { leg, transaction, request } = incoming
    if (!leg || transaction.isFinal) return false
    const { number } = request.cseq
    if (leg.reliable?.inviteSequence !== number) {
      leg.reliable?.stop()
      leg.reliable = new ReliableProvisionals(this.#parts.clock, this.#parts.provisionalTimes, number, {
        send: (provisional) => transaction.respond(provisional),
        // RFC 3262 §3: the INVITE should be rejected with a 5xx.
        onUnacknowledged: () => this.#parts.incoming.giveUp(incoming, 504),
      })
    }
    leg.reliable.send(response)
    this.#parts.sessionTimers.describe(leg, request, response)
    return true
  }
}

/** The dialog id that answers are labelled with: empty for requests that belong to no dialog. */
function labelOf({ leg, dialogId }: IncomingRequest): string {
  return leg?.state === 'ended' ? '' : dialogId
}

function completeResponse(incoming: IncomingRequest, draft: SipResponse, headers: AppHeaders): SipResponse {
  const { request } = incoming
  const toTag = draft.status > 100 ? incoming.localTag(tagOf(headers.to)) : undefined
  const response = responseTo(request, draft.status, draft.reason || undefined, { toTag })
  const lines: HeaderLine[] = [...response.headerLines()]
  if (draft.status > 100 && draft.status < 300 && makesDialog(request.method)) {
    // RFC 3261 §12.1.1: the caller learns its route set from the copy.
    for (const line of request.headerLines()) if (line.key === 'record-route') lines.push(line)
  }
  lines.push(...contactsOf(incoming, draft, headers), ...headers.others)
  if (incoming.leg) lines.push(...echoedSessionExpires(incoming.leg, request, draft))
  if (isSdp(draft.body) && !headers.hasContentType) lines.push(sdpContentType)
  response.adoptLines(lines)
  response.body = draft.body
  return response
}

/** Responses that make or move a dialog say where its requests shall go (§12.1.1, §12.2.2). */
function contactsOf(incoming: IncomingRequest, draft: SipResponse, headers: AppHeaders): HeaderLine[] {
  if (headers.contacts.length > 0) return headers.contacts
  const { status } = draft
  const { method } = incoming.request
  if (status <= 100 || status >= 300 || (status < 200 && method !== 'INVITE')) return []
  if (method !== 'INVITE' && method !== 'SUBSCRIBE' && method !== 'UPDATE') return []
  const known = incoming.leg?.localContact
  return [
    known === undefined
      ? ownContact(incoming.point, incoming.request.uri)
      : { name: 'Contact', key: 'contact', value: known },
  ]
}

/** RFC 3262 §3: a 2xx waits for the PRACK of a session description that went before. */
function mustWait({ leg, request }: IncomingRequest, { status }: SipResponse): boolean {
  if (status < 200 || status >= 300 || !leg?.reliable || leg.reliable.mayAccept) return false
  return request.method === 'INVITE' && request.cseq.number === leg.reliable.inviteSequence
}

function isReliableProvisional(incoming: IncomingRequest, draft: SipResponse): boolean {
  if (incoming.request.method !== 'INVITE' || draft.status <= 100 || draft.status >= 200) return false
  return draft.has('require') && hasOption(draft.values('require'), '100rel')
}

function takesReliable(request: SipRequest): boolean {
  return hasOption(request.values('supported'), '100rel') || hasOption(request.values('require'), '100rel')
}

const tagOf = (to: string | undefined): string | undefined => /;\s*tag=([^;,\s]+)/i.exec(to ?? '')?.[1]
