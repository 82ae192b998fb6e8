import { shortLived } from '../../lib/short-lived.ts'
import { TurnoverMap } from '../../lib/turnover-map.ts'
import { newTag } from '../message/identifiers.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import { responseTo } from '../message/response.ts'
import type { ServerTransaction } from '../transaction/transaction-user.ts'
import type { Transport } from '../transport/transport-layer.ts'
import { breadthOf } from './breadth.ts'
import { reasonOf } from './cancel-reason.ts'
import { LoopMark } from './loop-mark.ts'
import type { ProxyEvents, ProxyOrder } from './proxy-order.ts'
import { type ContextParts, ResponseContext } from './response-context.ts'
import { nextHopOf } from './route-preprocessing.ts'

export interface ProxyParts extends Omit<ContextParts, 'loopMark'> {
  readonly transport: Transport
}

/** The proxy core of RFC 3261 §16: stateful, forking. */
export class ProxyCore {
  readonly #parts: ProxyParts & ContextParts
  readonly #contexts = new TurnoverMap<ServerTransaction, ResponseContext>()

  constructor(parts: ProxyParts) {
    this.#parts = { ...parts, loopMark: new LoopMark() }
  }

  get count(): number {
    return this.#contexts.size
  }

  /** §16.3: answers a request that must not be forwarded, and says why; undefined when it may be. */
  refuse(transaction: ServerTransaction): string | undefined {
    const { request } = transaction
    if (request.maxForwards === 0) {
      reply(transaction, 483)
      return 'Rejected with 483 Too Many Hops due to Max-Forwards value of 0'
    }
    if (this.#parts.loopMark.isLooping(request)) {
      reply(transaction, 482)
      return 'Rejected with 482 Loop Detected'
    }
    const breadth = breadthOf(request)
    if (!breadth) {
      const response = breadth === 0 ? reply(transaction, 440) : reply(transaction, 400)
      return `Rejected with ${response.status} due to Max-Breadth`
    }
    if (request.has('proxy-require')) {
      const response = reply(transaction, 420, [['Unsupported', request.getAll('proxy-require').join(', ')]])
      return `Rejected with 420 ${response.reason}`
    }
    return undefined
  }

  forward(transaction: ServerTransaction, order: ProxyOrder, events: ProxyEvents = {}): void {
    const came = this.#parts.transport.listeningPointOf(transaction.flow)
    const forget = (): void => {
      this.#contexts.delete(transaction)
      transaction.onTerminated = undefined
    }
    const context = new ResponseContext(this.#parts, transaction, came, order, events, forget)
    this.#contexts.set(transaction, context)
    transaction.onTerminated = shortLived(() => {
      forget()
      context.callerIsGone()
    })
    context.start()
  }

  /** A request inside a dialog that was record-routed: it goes where its Routes and its Request-URI say (§16.12). */
  forwardInDialog(transaction: ServerTransaction, request: SipRequest): void {
    if (this.refuse(transaction)) return
    this.forward(transaction, { ...straightOn, targets: [request.uri] })
  }

  /** An ACK for a 2xx belongs to no transaction: it is forwarded once, without state (§16.11). */
  forwardAck(ack: SipRequest): void {
    const hops = ack.maxForwards ?? 70
    if (hops === 0) return
    const forwarded = ack.clone()
    this.#parts.challenges.consume(forwarded)
    forwarded.set('Max-Forwards', String(hops - 1))
    this.#parts.layer.sendDirect(forwarded, { kind: 'uri', uri: nextHopOf(forwarded) })
  }

  /** A response whose transaction is over, most often a 2xx sent again (RFC 6026 §7.2). False when it is not a proxy's. */
  forwardStray(response: SipResponse): boolean {
    response.removeFirstValue('via')
    if (!response.has('via')) return false
    this.#parts.layer.forwardResponse(response)
    return true
  }

  /** False when the INVITE is not being proxied. */
  cancel(transaction: ServerTransaction, cancel: SipRequest): boolean {
    const context = this.#contexts.get(transaction)
    context?.cancel(reasonOf(cancel))
    return context !== undefined
  }
}

const straightOn = {
  isParallel: false,
  recordRoute: false,
  followRedirects: false,
  provisionalTimeoutMs: undefined,
  finalTimeoutMs: undefined,
  headers: [],
} as const

function reply(
  transaction: ServerTransaction,
  status: number,
  headers: readonly (readonly [string, string])[] = [],
): SipResponse {
  const response = responseTo(transaction.request, status, undefined, { toTag: newTag() })
  for (const [name, value] of headers) response.append(name, value)
  transaction.respond(response)
  return response
}
