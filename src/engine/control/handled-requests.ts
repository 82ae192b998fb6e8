import type { Log } from '../../lib/log.ts'
import { shortLived } from '../../lib/short-lived.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import { responseTo } from '../message/response.ts'
import type { ProxyCore } from '../proxy/proxy-core.ts'
import type { ServerTransaction } from '../transaction/transaction-user.ts'
import type { Application } from './application.ts'
import { ApplicationUnreachable } from './application-dialer.ts'
import type { ApplicationPool } from './application-pool.ts'
import type { CallRecords } from './call-records.ts'
import type { IncomingRequests } from './incoming-requests.ts'
import { recorded } from './proxy-orders.ts'
import { handlerOf, type RequestHandler } from './request-handler.ts'
import { type ApplicationAddress, type RouteDecision, RouteDecisionError } from './route-decision.ts'
import { askHandler } from './route-question.ts'

export interface HandledRequestParts {
  readonly handlers: readonly RequestHandler[]
  /** Rejects with ApplicationUnreachable. */
  readonly dial: (address: ApplicationAddress) => Promise<Application>
  readonly pool: ApplicationPool
  readonly incoming: IncomingRequests
  readonly proxy: ProxyCore
  readonly records: CallRecords
  readonly log: Log
}

/** Requests that wait for their handler at a time. */
const maxWaiting = 1_000

/** New requests that an operator's handlers decide about. */
export class HandledRequests {
  readonly #parts: HandledRequestParts
  readonly #waiting = new Map<ServerTransaction, AbortController>()

  constructor(parts: HandledRequestParts) {
    this.#parts = parts
  }

  get count(): number {
    return this.#waiting.size
  }

  /** False when no handler is there for the method. */
  take(transaction: ServerTransaction, request: SipRequest): boolean {
    const handler = handlerOf(this.#parts.handlers, request.method)
    if (!handler) return false
    if (this.#waiting.size >= maxWaiting) {
      this.#refuse(transaction, 503)
      return true
    }
    const abort = new AbortController()
    this.#waiting.set(transaction, abort)
    transaction.onTerminated = shortLived(() => this.#forget(transaction))
    this.#handle(handler, transaction, request, abort.signal).catch((error: unknown) =>
      this.#fail(error, handler, transaction),
    )
    return true
  }

  /** The caller hangs up before anybody has the request (RFC 3261 §9.2). False when it does not wait here. */
  cancel(transaction: ServerTransaction): boolean {
    if (!this.#forget(transaction)) return false
    const response = this.#refuse(transaction, 487)
    if (transaction.isInvite) {
      this.#parts.records.attempt('network', transaction.request)
      this.#parts.records.stop('network', 'call-canceled', response)
    }
    return true
  }

  async #handle(
    handler: RequestHandler,
    transaction: ServerTransaction,
    request: SipRequest,
    signal: AbortSignal,
  ): Promise<void> {
    const decision = await askHandler(handler, request, transaction.flow, signal)
    signal.throwIfAborted()
    if (decision.action !== 'connect') {
      this.#forget(transaction)
      this.#carryOut(decision, transaction, request)
      return
    }
    const application = await this.#parts.dial(decision.address)
    if (signal.aborted) application.close()
    else this.#offer(application, transaction, request)
  }

  #carryOut(
    decision: Exclude<RouteDecision, { action: 'connect' }>,
    transaction: ServerTransaction,
    request: SipRequest,
  ): void {
    const { pool, proxy, records } = this.#parts
    switch (decision.action) {
      case 'tag': {
        const application = pool.nextWithTag(decision.tag)
        if (application) this.#offer(application, transaction, request)
        else this.#reject(transaction, 480)
        break
      }
      case 'proxy':
        if (transaction.isInvite) records.attempt('network', request)
        if (!proxy.refuse(transaction))
          proxy.forward(transaction, { ...decision, headers: [] }, recorded(records, transaction))
        break
      case 'redirect':
        this.#reject(transaction, 302, undefined, decision.contacts)
        break
      case 'reject':
        this.#reject(transaction, decision.status, decision.reason)
        break
    }
  }

  #offer(application: Application, transaction: ServerTransaction, request: SipRequest): void {
    this.#forget(transaction)
    // It may have come by a second path meanwhile (RFC 3261 §8.2.2.2).
    if (this.#parts.incoming.isMerged(request)) this.#refuse(transaction, 482)
    else this.#parts.incoming.offer(application, transaction, request)
  }

  #fail(error: unknown, handler: RequestHandler, transaction: ServerTransaction): void {
    // Cancelled: whatever went wrong since does not matter.
    if (!this.#forget(transaction)) return
    const why = { why: (error as Error).message, handler: handler.url }
    if (error instanceof ApplicationUnreachable || error instanceof RouteDecisionError)
      this.#parts.log.warn(why, 'request handler failed')
    else this.#parts.log.error({ ...why, error }, 'request handler failed')
    this.#reject(transaction, error instanceof ApplicationUnreachable ? 480 : 500)
  }

  #reject(
    transaction: ServerTransaction,
    status: number,
    reason?: string,
    contacts: readonly string[] = [],
  ): void {
    const response = this.#refuse(transaction, status, reason, contacts)
    if (!transaction.isInvite) return
    this.#parts.records.attempt('network', transaction.request)
    this.#parts.records.stop('application', 'call-rejected', response)
  }

  #refuse(
    transaction: ServerTransaction,
    status: number,
    reason?: string,
    contacts: readonly string[] = [],
  ): SipResponse {
    const response = responseTo(transaction.request, status, reason, { toTag: transaction.toTag })
    for (const contact of contacts) response.append('Contact', `<${contact}>`)
    if (status === 503) response.append('Retry-After', '5')
    transaction.respond(response)
    return response
  }

  /** False when it does not wait here any more. */
  #forget(transaction: ServerTransaction): boolean {
    const abort = this.#waiting.get(transaction)
    if (!abort) return false
    this.#waiting.delete(transaction)
    transaction.onTerminated = undefined
    abort.abort()
    return true
  }
}
