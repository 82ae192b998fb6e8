import type { DialogStore } from '../dialog/dialog-store.ts'
import { glareStatus } from '../dialog/glare.ts'
import { newTag } from '../message/identifiers.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import { responseTo } from '../message/response.ts'
import type { OwnNames } from '../proxy/own-names.ts'
import type { ProxyCore } from '../proxy/proxy-core.ts'
import type { RecordRoute } from '../proxy/record-route.ts'
import { takeOwnRoutes } from '../proxy/route-preprocessing.ts'
import type { ServerTransaction, TransactionUser } from '../transaction/transaction-user.ts'
import type { Flow } from '../transport/flow.ts'
import type { Acknowledgements } from './acknowledgements.ts'
import type { ApplicationPool } from './application-pool.ts'
import type { CallRecords } from './call-records.ts'
import type { FarEnd } from './far-end.ts'
import type { HandledRequests } from './handled-requests.ts'
import type { IncomingRequests } from './incoming-requests.ts'
import type { Leg } from './leg.ts'
import type { LegRelease } from './leg-release.ts'
import type { OutgoingRequests } from './outgoing-requests.ts'
import { checkReadable } from './readable-request.ts'
import { isSessionTooShort, shortestSession } from './session-refresh.ts'

export interface NetworkCoreParts {
  readonly pool: ApplicationPool
  readonly legs: DialogStore<Leg>
  readonly incoming: IncomingRequests
  readonly handled: HandledRequests
  readonly outgoing: OutgoingRequests
  readonly acknowledgements: Acknowledgements
  readonly farEnd: FarEnd
  readonly release: LegRelease
  readonly proxy: ProxyCore
  readonly recordRoute: RecordRoute
  readonly ownNames: OwnNames
  readonly records: CallRecords
  readonly maxLegs: number
}

/** Sorts what the network says: to a leg, to a proxied dialog, or to an application that wants such requests. */
export class NetworkCore implements TransactionUser {
  readonly #parts: NetworkCoreParts

  constructor(parts: NetworkCoreParts) {
    this.#parts = parts
  }

  onRequest(transaction: ServerTransaction, request: SipRequest): void {
    const { ownNames, recordRoute, legs } = this.#parts
    const passage = takeOwnRoutes(request, ownNames, recordRoute)
    if (request.to.tag === undefined) {
      this.#newRequest(transaction, request)
      return
    }
    const leg = legs.ofRequest(request) ?? this.#legFromNotify(request)
    if (leg) this.#inLeg(transaction, request, leg)
    else if (passage === 'record-routed') this.#passBy(transaction, request)
    else reply(transaction, 481)
  }

  onCancel(invite: ServerTransaction, cancel: SipRequest): void {
    // RFC 3261 §9.2: after the final response a CANCEL has no effect.
    const { incoming, handled, proxy } = this.#parts
    if (incoming.cancel(invite, cancel) || handled.cancel(invite)) return
    proxy.cancel(invite, cancel)
  }

  onAck(ack: SipRequest, flow: Flow): void {
    const { ownNames, recordRoute, legs, acknowledgements, proxy } = this.#parts
    const passage = takeOwnRoutes(ack, ownNames, recordRoute)
    const leg = legs.ofRequest(ack)
    if (leg) acknowledgements.receive(leg, ack, flow)
    else if (passage === 'record-routed') proxy.forwardAck(ack)
  }

  onStrayResponse(response: SipResponse): void {
    const { proxy, farEnd } = this.#parts
    if (!proxy.forwardStray(response)) farEnd.onStrayAnswer(response)
  }

  /** A request in a dialog that applications only had proxied. */
  #passBy(transaction: ServerTransaction, request: SipRequest): void {
    if (request.method === 'BYE') this.#parts.records.stop('network', 'normal-release', request)
    this.#parts.proxy.forwardInDialog(transaction, request)
  }

  #newRequest(transaction: ServerTransaction, request: SipRequest): void {
    const { pool, legs, maxLegs, incoming, handled } = this.#parts
    checkReadable(request)
    if (belongsToDialog(request.method)) {
      reply(transaction, 481)
      return
    }
    if (incoming.isMerged(request)) {
      reply(transaction, 482)
      return
    }
    if (request.method === 'INVITE' && isSessionTooShort(request)) {
      reply(transaction, 422, ['Min-SE', String(shortestSession)])
      return
    }
    if (legs.size >= maxLegs && request.method === 'INVITE') {
      reply(transaction, 503, ['Retry-After', '5'])
      return
    }
    if (handled.take(transaction, request)) return
    const application = pool.next(request.method.toLowerCase())
    if (application) incoming.offer(application, transaction, request)
    else reply(transaction, isKnownMethod(request.method) ? 503 : 501)
  }

  /** RFC 3261 §12.2.2. */
  #inLeg(transaction: ServerTransaction, request: SipRequest, leg: Leg): void {
    if (!leg.acceptsSequence(request.cseq.number)) {
      reply(transaction, 500, ['Retry-After', '1'])
      return
    }
    leg.flow = transaction.flow
    switch (request.method) {
      case 'INVITE':
      case 'UPDATE':
        this.#offer(request.method, transaction, request, leg)
        break
      case 'BYE':
        this.#bye(transaction, request, leg)
        break
      case 'PRACK':
        // RFC 3262 §3.
        if (leg.reliable?.acknowledge(request.get('rack')))
          this.#parts.incoming.offerInLeg(leg, transaction, request)
        else reply(transaction, 481)
        break
      default:
        this.#parts.incoming.offerInLeg(leg, transaction, request)
    }
  }

  /** RFC 3261 §14.2, RFC 3311 §5.2: one offer at a time. */
  #offer(method: 'INVITE' | 'UPDATE', transaction: ServerTransaction, request: SipRequest, leg: Leg): void {
    const isAnswered = method === 'UPDATE' && leg.reliable?.hasAgreedSession === true
    const refusal = glareStatus(method, request.body.length > 0, {
      isOffering: leg.inviting !== undefined || leg.updating !== undefined,
      hasUnansweredInvite: leg.pendingInvite !== undefined && !isAnswered,
      hasUnansweredUpdate: leg.pendingUpdate !== undefined,
    })
    if (refusal === 500) reply(transaction, 500, ['Retry-After', String(Math.floor(Math.random() * 11))])
    else if (refusal === 491) reply(transaction, 491)
    else this.#parts.incoming.offerInLeg(leg, transaction, request)
  }

  #bye(transaction: ServerTransaction, request: SipRequest, leg: Leg): void {
    const { incoming, release, records } = this.#parts
    const isEarlyIncoming = leg.state === 'early' && !leg.isUac
    records.stop('network', 'normal-release', request)
    if (isEarlyIncoming) {
      // The application has no call yet that could end: it hears of a CANCEL (§15.1.2 has the INVITE answered 487).
      reply(transaction, 200)
    } else {
      incoming.offerInLeg(leg, transaction, request)
    }
    release.end(leg)
  }

  #legFromNotify(request: SipRequest): Leg | undefined {
    if (request.method !== 'NOTIFY') return undefined
    const subscribe = this.#parts.outgoing.subscribing(request.callId, request.to.tag ?? '')
    return subscribe && this.#parts.farEnd.legFromNotify(subscribe, request)
  }
}

/** Methods that mean nothing outside a dialog. */
function belongsToDialog(method: string): boolean {
  return method === 'BYE' || method === 'UPDATE' || method === 'PRACK'
}

const knownMethods = new Set(
  'INVITE OPTIONS REGISTER MESSAGE INFO SUBSCRIBE NOTIFY PUBLISH REFER BYE UPDATE PRACK ACK CANCEL'.split(
    ' ',
  ),
)
const isKnownMethod = (method: string): boolean => knownMethods.has(method)

function reply(transaction: ServerTransaction, status: number, header?: readonly [string, string]): void {
  const response = responseTo(transaction.request, status, undefined, { toTag: newTag() })
  if (header) response.append(header[0], header[1])
  transaction.respond(response)
}
