import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { targetFrom } from '../dialog/dialog.ts'
import { flowTargetFor, flowUri } from '../dialog/flow-target.ts'
import { newTag } from '../message/identifiers.ts'
import { isSips } from '../message/is-sips.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import { responseTo } from '../message/response.ts'
import { SipParseError } from '../message/sip-parse-error.ts'
import type { ClientFailure, ServerTransaction, TransactionLayer } from '../transaction/transaction-user.ts'
import type { Flow, ListeningPoint } from '../transport/flow.ts'
import { bestResponse } from './best-response.ts'
import { Breadth, breadthOf } from './breadth.ts'
import { answeredElsewhere, type CancelReason, reasonOfStatus } from './cancel-reason.ts'
import type { LoopMark } from './loop-mark.ts'
import type { OwnChallenges } from './own-challenges.ts'
import { ProxyBranch } from './proxy-branch.ts'
import type { ProxyEvents, ProxyOrder } from './proxy-order.ts'
import type { RecordRoute } from './record-route.ts'
import { followRedirection } from './redirection.ts'
import { nextHopOf } from './route-preprocessing.ts'
import { NoWay, noWayStatus, type Way, type WayFinder } from './way-finder.ts'

export interface ContextParts {
  readonly layer: TransactionLayer
  readonly ways: WayFinder
  readonly recordRoute: RecordRoute
  readonly challenges: OwnChallenges
  readonly loopMark: LoopMark
  readonly clock: Clock
  readonly timerCMs: number
  readonly log: Log
}

const maxTargets = 32

/**
 * What the caller hears instead: a 503 would say that this proxy is unwell (RFC 3261 §16.7 step 6), and a 430 that the
 * caller should know another flow, when it is this proxy that has them (RFC 5626 §5.3).
 */
const fit: Readonly<Record<number, number>> = { 503: 500, 430: 480 }
/** RFC 3261 §16.9, RFC 5626 §5.3. */
const statusOf: Record<ClientFailure['kind'], number> = {
  timeout: 408,
  transport: 503,
  resolve: 503,
  flow: 430,
}

/** §16.7 step 9: without the caller's Via a response leads nowhere. */
const endsHere = (response: SipResponse): boolean =>
  response.getAll('via').length < 2 && response.values('via').length < 2

/** The response context of RFC 3261 §16: one request, its branches, and what goes back upstream. */
export class ResponseContext {
  readonly #parts: ContextParts
  readonly #transaction: ServerTransaction
  readonly #request: SipRequest
  /** The listening point the request came to. */
  readonly #came: ListeningPoint
  readonly #order: ProxyOrder
  readonly #events: ProxyEvents
  readonly #onSettled: () => void
  readonly #targets: string[]
  readonly #branches: ProxyBranch[] = []
  readonly #breadth: Breadth
  readonly #mark: string
  /** No further target is tried: cancelled, accepted, or refused by everybody (6xx). */
  #isDecided = false
  #isCancelled = false
  #isDone = false

  /** `onSettled` runs when the request is answered and no branch is pending: what still comes are strays. */
  constructor(
    parts: ContextParts,
    transaction: ServerTransaction,
    came: ListeningPoint,
    order: ProxyOrder,
    events: ProxyEvents,
    onSettled: () => void,
  ) {
    this.#parts = parts
    this.#transaction = transaction
    this.#request = transaction.request
    this.#came = came
    this.#order = order
    this.#events = events
    this.#onSettled = onSettled
    this.#targets = [...new Set(order.targets)].slice(0, maxTargets)
    this.#mark = parts.loopMark.of(this.#request)
    this.#breadth = new Breadth(breadthOf(this.#request) ?? 0)
  }

  start(): void {
    // RFC 5393 §5.3.3: with too little for all, none is tried.
    if (this.#order.isParallel && !this.#breadth.isEnoughFor(this.#targets.length)) this.#refuse(440)
    else this.#proceed()
  }

  /** §16.10: the caller hangs up. The branches' 487 become the answer. */
  cancel(reason: CancelReason): void {
    this.#isCancelled = true
    this.#decide(reason)
    this.#finishWhenSettled()
  }

  /** The transaction upstream is over: nobody could be told of an answer any more. */
  callerIsGone(): void {
    this.#decide(reasonOfStatus(408))
    this.#finishWhenSettled()
  }

  /** Starts what is next: all targets, or in a serial search one when none is pending. */
  #proceed(): void {
    while (!this.#isDecided && this.#targets.length > 0) {
      if (!this.#order.isParallel && this.#branches.some((branch) => branch.isPending)) return
      const breadth = this.#breadth.take(this.#order.isParallel ? this.#targets.length : 1)
      this.#fork(this.#targets.shift() as string, breadth)
    }
    this.#finishWhenSettled()
  }

  #fork(target: string, breadth: number): void {
    const { clock, timerCMs } = this.#parts
    const { provisionalTimeoutMs, finalTimeoutMs } = this.#order
    const times = {
      provisionalTimeoutMs,
      finalTimeoutMs,
      timerCMs: this.#transaction.isInvite ? timerCMs : undefined,
    }
    const branch = new ProxyBranch(target, clock, times, () => this.#giveUp(branch))
    branch.breadth = breadth
    this.#branches.push(branch)
    if (breadth === 0) {
      this.#settle(branch, this.#madeUp(440), undefined)
      return
    }
    branch.start()
    try {
      const request = this.#copyFor(target, breadth)
      const way = this.#parts.ways.find(nextHopOf(request), isSips(target))
      if (way instanceof Promise) {
        way
          .then((found) => this.#forward(branch, request, found))
          .catch((error) => this.#failed(branch, error))
      } else {
        this.#forward(branch, request, way)
      }
    } catch (error) {
      this.#failed(branch, error)
    }
  }

  /** §16.6: what is forwarded, but for Record-Route, which needs the way out. */
  #copyFor(target: string, breadth: number): SipRequest {
    const request = this.#request.clone()
    this.#parts.challenges.consume(request)
    request.uri = target
    request.set('Max-Forwards', String((request.maxForwards ?? 71) - 1))
    request.set('Max-Breadth', String(breadth))
    for (const { name, value } of this.#order.headers) request.append(name, value)
    return request
  }

  #forward(branch: ProxyBranch, request: SipRequest, way: Way): void {
    if (!branch.isPending) return
    if (this.#order.recordRoute) {
      for (const value of this.#recordRoutes(request, way).reverse()) request.prepend('Record-Route', value)
    }
    let isReported = false
    branch.client = this.#parts.layer.request(
      request,
      { kind: 'hops', hops: way.hops },
      {
        onSent: (sent) => {
          if (isReported) return
          isReported = true
          this.#events.onForwarded?.(sent)
        },
        onResponse: (response, flow) => this.#onResponse(branch, response, flow),
        onFailure: ({ kind }) => this.#settle(branch, this.#madeUp(statusOf[kind]), undefined),
      },
      this.#mark,
    )
  }

  #recordRoutes(request: SipRequest, { point, hops }: Way): string[] {
    const { flow } = this.#transaction
    const contact = targetFrom(this.#request, '')
    const came = { point: this.#came, flow: contact === '' ? undefined : flowTargetFor(contact, flow) }
    const leaves = {
      point,
      flow: hops[0]?.isFlow && flowUri(hops[0].transport, hops[0].address, hops[0].port),
    }
    return this.#parts.recordRoute.valuesFor(request.callId, came, leaves, isSips(this.#request.uri))
  }

  #failed(branch: ProxyBranch, error: unknown): void {
    const status = error instanceof SipParseError ? error.status : noWayStatus(branch.target)
    if (!(error instanceof SipParseError || error instanceof NoWay))
      this.#parts.log.error({ error, target: branch.target }, 'forwarding failed')
    this.#settle(branch, this.#madeUp(status), undefined)
  }

  #giveUp(branch: ProxyBranch): void {
    branch.client?.cancel(reasonOfStatus(408))
    this.#settle(branch, this.#madeUp(408), undefined)
  }

  /** §16.7. */
  #onResponse(branch: ProxyBranch, response: SipResponse, flow: Flow): void {
    if (endsHere(response)) {
      if (response.status >= 200) this.#settle(branch, this.#madeUp(502), undefined)
    } else if (response.status < 200) {
      branch.onProvisional(response.status)
      if (response.status > 100 && branch.isPending) this.#passUpstream(response)
    } else {
      this.#settle(branch, response, flow)
    }
  }

  #settle(branch: ProxyBranch, response: SipResponse, flow: Flow | undefined): void {
    const { status } = response
    // A 2xx goes upstream whenever it comes; any other final response only when it is the branch's first.
    if (!branch.isPending && (status >= 300 || flow === undefined)) return
    if (branch.isPending) this.#breadth.giveBack(branch.breadth)
    branch.settle(response)
    this.#events.onFinal?.(response, flow)
    if (flow) response.removeFirstValue('via')
    if (status < 300) {
      const isFirst = !this.#isDone
      if (this.#transaction.respond(response) && isFirst) this.#events.onForwardedFinal?.(response)
      this.#decide(answeredElsewhere)
      this.#done()
    } else if (status >= 600) {
      this.#decide(reasonOfStatus(status))
    } else if (status < 400 && this.#order.followRedirects && !this.#isDecided) {
      this.#redirect(branch, response)
    }
    this.#proceed()
  }

  #redirect(branch: ProxyBranch, response: SipResponse): void {
    const known = new Set([...this.#branches.map(({ target }) => target), ...this.#targets])
    const isSecure = isSips(this.#request.uri)
    const { targets, remainder } = followRedirection(response, {
      known,
      room: maxTargets - known.size,
      isSecure,
    })
    this.#targets.push(...targets)
    branch.isFollowed = remainder === undefined
    if (remainder) branch.final = remainder
  }

  /** §16.7 step 10: the other branches are called off. */
  #decide(reason: CancelReason): void {
    this.#isDecided = true
    this.#targets.length = 0
    if (!this.#transaction.isInvite) return
    for (const branch of this.#branches) {
      if (!branch.isPending) continue
      if (branch.client) branch.client.cancel(reason)
      else branch.settle(this.#madeUp(487))
    }
  }

  #finishWhenSettled(): void {
    if (this.#branches.some((branch) => branch.isPending)) return
    if (!this.#isDone) {
      const finals = this.#branches.flatMap((branch) => (branch.isFollowed ? [] : (branch.final ?? [])))
      this.#answer(bestResponse(finals) ?? this.#madeUp(this.#isCancelled ? 487 : 408))
      this.#done()
    }
    // Their transactions stay for half a minute: a later 2xx still finds its way, without this context.
    for (const branch of this.#branches) branch.client?.abandon()
    this.#onSettled()
  }

  #answer(best: SipResponse): void {
    const answer = fit[best.status] ? this.#madeUp(fit[best.status] as number) : best
    if (this.#transaction.respond(answer)) this.#events.onForwardedFinal?.(answer)
  }

  #refuse(status: number): void {
    this.#answer(this.#madeUp(status))
    this.#done()
  }

  #done(): void {
    if (this.#isDone) return
    this.#isDone = true
    this.#events.onDone?.()
  }

  #passUpstream(response: SipResponse): void {
    response.removeFirstValue('via')
    this.#transaction.respond(response)
  }

  #madeUp(status: number): SipResponse {
    // Who has hung up is told so, and not that the way broke just then.
    const meant = this.#isCancelled && status >= 400 ? 487 : status
    return responseTo(this.#request, meant, undefined, { toTag: newTag() })
  }
}
