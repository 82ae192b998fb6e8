import { randomUUID } from 'node:crypto'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { TurnoverMap } from '../../lib/turnover-map.ts'
import { dialogIdOf } from '../dialog/dialog.ts'
import type { DialogStore } from '../dialog/dialog-store.ts'
import { isSips } from '../message/is-sips.ts'
import type { HeaderLine, SipRequest, SipResponse } from '../message/message.ts'
import { SipParseError } from '../message/sip-parse-error.ts'
import type { OwnNames } from '../proxy/own-names.ts'
import { NoWay, noWayStatus, type Way, type WayFinder } from '../proxy/way-finder.ts'
import type { ClientFailure, Destination, TransactionLayer } from '../transaction/transaction-user.ts'
import type { Flow } from '../transport/flow.ts'
import type { SipFrame } from './app-frame.ts'
import { readAppHeaders } from './app-headers.ts'
import type { Application } from './application.ts'
import type { CallRecords } from './call-records.ts'
import { cancelOf } from './cancel-of.ts'
import type { FarEnd } from './far-end.ts'
import { requestSentLeader } from './leader.ts'
import type { Leg } from './leg.ts'
import { completeNewRequest, RequestRefused } from './new-request.ts'
import { makesDialog, type OutgoingRequest } from './outgoing-request.ts'
import { completeInLeg } from './request-in-leg.ts'
import type { UnwantedAnswers } from './unwanted-answers.ts'
import { wireTime } from './wire-time.ts'

export interface OutgoingParts {
  readonly layer: TransactionLayer
  readonly ways: WayFinder
  readonly ownNames: OwnNames
  readonly legs: DialogStore<Leg>
  readonly farEnd: FarEnd
  readonly unwanted: UnwantedAnswers
  readonly records: CallRecords
  readonly clock: Clock
  readonly log: Log
}

const respondAfterEchoMs = 10

/** Requests of applications to the network: RFC 3261 §8.1 and §12.2.1. */
export class OutgoingRequests {
  readonly #parts: OutgoingParts
  readonly #open = new TurnoverMap<string, OutgoingRequest>()
  /** SUBSCRIBEs without a final response, by dialog id. */
  readonly #subscribing = new TurnoverMap<string, OutgoingRequest>()

  constructor(parts: OutgoingParts) {
    this.#parts = parts
  }

  get count(): number {
    return this.#open.size
  }

  /** Anything but ACK and CANCEL. */
  send(application: Application, frame: SipFrame, draft: SipRequest): void {
    try {
      const dialogId = frame.dialogId || knownDialogId(draft)
      const leg = dialogId === undefined ? undefined : this.#legFor(dialogId, draft)
      if (leg) this.#sendInLeg(application, frame, draft, leg)
      else if (frame.dialogId)
        application.refuse(frame.id, 'Server error: unable to find dialog for dialog id provided')
      else this.#sendNew(application, frame, draft)
    } catch (error) {
      this.#refuse(error, application, frame, draft)
    }
  }

  cancel(application: Application, frame: SipFrame, draft: SipRequest): void {
    const outgoing = this.#open.get(frame.transactionId)
    if (!outgoing?.client || outgoing.request.method !== 'INVITE') {
      application.refuse(frame.id, `unable to cancel unknown transaction id: ${frame.transactionId}`)
      return
    }
    const headers = readAppHeaders(draft, outgoing.point).others
    const extra = headers.filter((line) => line.key !== 'content-type').map(nameAndValue)
    outgoing.isCancelled = true
    outgoing.client.cancel(extra)
    this.#tellSent(application, frame.id, randomUUID(), cancelOf(outgoing.request, extra), undefined)
  }

  /** Nobody is left to acknowledge: what rings is cancelled, what answers all the same is declined. */
  onGone(application: Application): void {
    for (const outgoing of this.#open.values()) {
      if (outgoing.application !== application) continue
      if (outgoing.request.method === 'INVITE') outgoing.client?.cancel()
      this.#subscribing.delete(outgoing.dialogId)
    }
  }

  /** The SUBSCRIBE under way that a NOTIFY with these tags answers. */
  subscribing(callId: string, localTag: string): OutgoingRequest | undefined {
    return this.#subscribing.get(dialogIdOf(callId, localTag))
  }

  /** The leg of a PRACK is the fork that sent the provisional response it names (RFC 3262 §4). */
  #legFor(dialogId: string, draft: SipRequest): Leg | undefined {
    const { legs } = this.#parts
    if (draft.method !== 'PRACK') return legs.withId(dialogId)
    const reliable = Number.parseInt(draft.get('rack') ?? '', 10)
    return legs.forksOf(dialogId).find((leg) => leg.lastReliable === reliable) ?? legs.withId(dialogId)
  }

  #sendNew(application: Application, frame: SipFrame, draft: SipRequest): void {
    const found = this.#findWay(frame.routeUri || draft.uri, draft.uri)
    if (!(found instanceof Promise)) {
      this.#sendOn(found, application, frame, draft)
      return
    }
    found
      .then((way) => this.#sendOn(way, application, frame, draft))
      .catch((error: unknown) => this.#refuse(error, application, frame, draft))
  }

  #findWay(uri: string, requestUri: string): Way | undefined | Promise<Way | undefined> {
    try {
      const found = this.#parts.ways.find(uri, isSips(requestUri))
      return found instanceof Promise ? found.catch(noWay) : found
    } catch (error) {
      return noWay(error)
    }
  }

  #sendOn(way: Way | undefined, application: Application, frame: SipFrame, draft: SipRequest): void {
    const { ways, ownNames, records, unwanted } = this.#parts
    if (way?.hops[0] && ownNames.hasHop(way.hops[0]))
      throw new RequestRefused('can not send request to myself')
    const point = way?.point ?? ways.anyPoint
    const request = completeNewRequest(draft, point)
    const dialogId = makesDialog(request.method) ? dialogIdOf(request.callId, request.from.tag ?? '') : ''
    const outgoing = newOutgoing(application, frame, request, dialogId, point, undefined)
    if (request.method === 'INVITE') records.attempt('application', request)
    if (way) {
      if (request.method === 'INVITE') unwanted.expect(dialogId)
      this.#launch(outgoing, { kind: 'hops', hops: way.hops })
    } else {
      this.#fail(outgoing, () => this.#parts.farEnd.pretend(outgoing, noWayStatus(request.uri)))
    }
  }

  #sendInLeg(application: Application, frame: SipFrame, draft: SipRequest, leg: Leg): void {
    if (draft.method === 'BYE' && leg.answer) {
      // RFC 3261 §15: no BYE before the ACK has come, or is given up.
      leg.whenAnswerSettled(() => this.send(application, frame, draft))
      return
    }
    const { request, nextHop } = completeInLeg(draft, leg)
    const outgoing = newOutgoing(application, frame, request, leg.id, leg.point, leg)
    if (draft.method === 'INVITE') {
      if (leg.inviting || leg.pendingInvite) {
        // RFC 3261 §14.1: one INVITE at a time. The far end would say the same.
        this.#fail(outgoing, () => this.#parts.farEnd.tell(outgoing, 491))
        return
      }
      leg.inviting = outgoing.transactionId
      // RFC 3262 §3: each INVITE has numbers of its own.
      leg.lastReliable = undefined
    }
    if (draft.method === 'UPDATE' && draft.body.length > 0) leg.updating = outgoing.transactionId
    this.#launch(outgoing, { kind: 'uri', uri: nextHop })
  }

  #launch(outgoing: OutgoingRequest, destination: Destination): void {
    const { farEnd } = this.#parts
    this.#open.set(outgoing.transactionId, outgoing)
    if (outgoing.request.method === 'SUBSCRIBE' && !outgoing.leg)
      this.#subscribing.set(outgoing.dialogId, outgoing)
    outgoing.client = this.#parts.layer.request(outgoing.request, destination, {
      onSent: (request, flow) => {
        outgoing.request = request
        outgoing.flow = flow
        this.#tellOnce(outgoing, request, flow)
      },
      onResponse: (response, flow) => {
        if (response.status >= 200) this.#close(outgoing)
        // Not always what the request went out by last: a hop that was given up may answer after all.
        outgoing.flow = flow
        this.#receive(outgoing, response, flow)
        // The transaction waits for other forks' answers, which are strays to us; nothing of the call shall stay with it.
        if (response.status >= 200) outgoing.client?.abandon()
      },
      onFailure: (failure) => {
        this.#close(outgoing)
        this.#fail(outgoing, () => farEnd.pretend(outgoing, statusOf(failure, outgoing.isCancelled)))
      },
    })
  }

  /**
   * Answers the frame first if that has not been done. drachtio-srf then needs a moment: it loses a response that comes
   * in one piece with the echo of a request whose promise it has yet to resolve.
   */
  #fail(outgoing: OutgoingRequest, respond: () => void): void {
    if (outgoing.isTold) {
      respond()
      return
    }
    this.#tellOnce(outgoing, outgoing.request, undefined)
    this.#parts.clock.after(respondAfterEchoMs, respond)
  }

  /** An answer whose Contact or route cannot be read makes no dialog; yet the application needs an end. */
  #receive(outgoing: OutgoingRequest, response: SipResponse, flow: Flow): void {
    const { farEnd } = this.#parts
    try {
      farEnd.onResponse(outgoing, response, flow)
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error
      if (response.status >= 200) farEnd.pretend(outgoing, 502)
    }
  }

  #close(outgoing: OutgoingRequest): void {
    this.#open.delete(outgoing.transactionId)
    this.#subscribing.delete(outgoing.dialogId)
  }

  #refuse(error: unknown, application: Application, frame: SipFrame, draft: SipRequest): void {
    if (!(error instanceof RequestRefused || error instanceof SipParseError))
      this.#parts.log.error({ error, method: draft.method }, 'request of an application failed')
    application.refuse(frame.id, refusalFor(error, draft))
  }

  /** The answer to the application's frame: the request as it first went out. */
  #tellOnce(outgoing: OutgoingRequest, request: SipRequest, flow: Flow | undefined): void {
    if (outgoing.isTold) return
    outgoing.isTold = true
    this.#tellSent(outgoing.application, outgoing.frameId, outgoing.transactionId, request, flow)
  }

  #tellSent(
    application: Application,
    frameId: string,
    transactionId: string,
    request: SipRequest,
    flow: Flow | undefined,
  ): void {
    const bytes = request.toBuffer()
    const sent = { bytes: bytes.length, flow, time: wireTime(this.#parts.clock.now()) }
    application.echo(requestSentLeader(frameId, sent, transactionId), bytes)
  }
}

function newOutgoing(
  application: Application,
  frame: SipFrame,
  request: SipRequest,
  dialogId: string,
  point: OutgoingRequest['point'],
  leg: Leg | undefined,
): OutgoingRequest {
  return {
    application,
    frameId: frame.id,
    transactionId: randomUUID(),
    leg,
    dialogId,
    point,
    request,
    flow: undefined,
    client: undefined,
    isTold: false,
    isCancelled: false,
    isAnswered: false,
  }
}

/** A request without a dialog id may still name a dialog by its Call-ID and From tag. */
function knownDialogId(draft: SipRequest): string | undefined {
  const callId = draft.get('call-id')
  if (callId === undefined || makesDialog(draft.method)) return undefined
  const tag = /;\s*tag=([^;,\s]+)/i.exec(draft.get('from') ?? '')?.[1]
  return tag === undefined ? undefined : dialogIdOf(callId, tag)
}

function refusalFor(error: unknown, draft: SipRequest): string {
  if (error instanceof RequestRefused) return error.message
  if (error instanceof SipParseError) return `invalid request-uri: ${draft.method} ${draft.uri} SIP/2.0`
  return 'Server error: internal error'
}

/** RFC 3261 §8.1.3.1; and a call that was called off before anybody heard of it is cancelled all the same. */
function statusOf({ kind }: ClientFailure, isCancelled: boolean): number {
  if (isCancelled) return 487
  // RFC 5626 §5.3: whoever asked may know another flow.
  if (kind === 'flow') return 430
  return kind === 'timeout' ? 408 : 503
}

/** A name that leads nowhere is a failed call (503), not a refused frame. */
function noWay(error: unknown): undefined {
  if (!(error instanceof NoWay)) throw error
}

const nameAndValue = (line: HeaderLine): readonly [string, string] => [line.name, line.value]
