import { newBranch } from '../message/identifiers.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import type { Flow } from '../transport/flow.ts'
import { FlowFailed } from '../transport/flow-failed.ts'
import type { Hop } from '../transport/hop.ts'
import { BoundedWait } from './bounded-wait.ts'
import type { AttemptGround, AttemptListener, ClientAttempt, ExtraHeaders } from './client-attempt.ts'
import type { HopFinder } from './hop-finder.ts'
import { InviteAttempt } from './invite-attempt.ts'
import { NonInviteAttempt } from './non-invite-attempt.ts'
import type { PenaltyTable } from './penalty-table.ts'
import { ownVia } from './top-via.ts'
import type {
  ClientFailure,
  ClientTransaction,
  ClientTransactionEvents,
  Destination,
} from './transaction-user.ts'

/** What requests need of the layer. */
export interface RequestGround extends AttemptGround {
  readonly finder: HopFinder
  readonly penalties: PenaltyTable
  readonly hopSilenceMs: number
  readonly penaltyMs: number
  readonly resolveTimeoutMs: number
  readonly maxUdpRequestBytes: number
  readonly tcpPatienceMs: number
  readonly tcpRetryAfterMs: number
  /** Aborted when the layer stops. */
  readonly signal: AbortSignal
  /** A transaction ended without a final response. */
  countFailure(kind: ClientFailure['kind']): void
  onBug(cause: unknown): void
}

/** A client transaction as the core sees it: one attempt after another along the hops (RFC 3263 §4.3). */
export class ClientRequest implements ClientTransaction, AttemptListener {
  readonly key: string
  readonly request: SipRequest
  readonly isInvite: boolean
  readonly #ground: RequestGround
  readonly #events: ClientTransactionEvents
  readonly #branchMark: string
  readonly #wait: BoundedWait
  #hops: readonly Hop[] = []
  #tried = 0
  #hop: Hop | undefined
  #attempt: ClientAttempt | undefined
  #wasSent = false
  /** The connection was there before the request. */
  #isFlowReused = false
  #isRepeated = false
  #isCancelled = false
  #isOver = false
  #isAbandoned = false

  /** Each branch ends with `branchMark`. */
  constructor(
    ground: RequestGround,
    request: SipRequest,
    events: ClientTransactionEvents,
    branchMark: string,
  ) {
    this.key = newBranch()
    this.request = request
    this.isInvite = request.method === 'INVITE'
    this.#ground = ground
    this.#events = events
    this.#branchMark = branchMark
    this.#wait = new BoundedWait(ground.wheel, (cause) => ground.onBug(cause))
  }

  /** Nothing is reported before the caller has the transaction in hand. */
  start(destination: Destination): void {
    queueMicrotask(() => {
      try {
        this.#begin(destination)
      } catch (cause) {
        this.#ground.onBug(cause)
      }
    })
  }

  /** Reports a failure instead of sending. */
  refuse(cause: Error): void {
    queueMicrotask(() => this.#fail('transport', cause))
  }

  cancel(headers: ExtraHeaders = []): void {
    if (this.#isOver) return
    this.#isCancelled = true
    if (this.#attempt) {
      this.#attempt.cancel(headers)
      return
    }
    this.#wait.cancel()
    this.refuse(new Error('cancelled before it was sent'))
  }

  abandon(): void {
    this.#isOver = true
    this.#isAbandoned = true
    this.#wait.cancel()
    this.#attempt?.forsake()
  }

  onResponse(response: SipResponse, flow: Flow): void {
    if (this.#hop) this.#ground.penalties.forgive(this.#hop)
    if (response.status === 503) {
      this.#punish(retryAfterMs(response))
      if (this.#mayMoveOn) {
        this.#attempt?.giveUp()
        this.#tryNext()
        return
      }
    }
    if (response.status >= 200) this.#isOver = true
    this.#events.onResponse(response, flow)
  }

  onSilence(): void {
    this.#attempt?.giveUp()
    this.onFailure('timeout', new Error('the hop stays silent'))
  }

  /** RFC 3261 §16.7 step 5: a 2xx counts whenever it comes. No other hop is wanted any more. */
  onLateAnswer(response: SipResponse, flow: Flow): void {
    if (this.#isAbandoned) {
      this.#ground.onStrayResponse(response, flow)
      return
    }
    this.#isOver = true
    this.#wait.cancel()
    this.#attempt?.giveUp()
    this.#events.onResponse(response, flow)
  }

  onFailure(kind: 'timeout' | 'transport', cause: Error): void {
    if (this.#isWorthRepeating(kind)) {
      this.#isRepeated = true
      this.#tried--
      this.#tryNext()
      return
    }
    this.#punish(this.#ground.penaltyMs)
    if (this.#mayMoveOn) this.#tryNext()
    else this.#fail(this.#isFlowGone(kind, cause) ? 'flow' : kind, cause)
  }

  /** Once, on a new connection: the one that stood ended under the request, and the far end may live. */
  #isWorthRepeating(kind: 'timeout' | 'transport'): boolean {
    const mayRepeat = kind === 'transport' && this.#hop?.isLink === true && this.#isFlowReused
    return mayRepeat && !this.#isRepeated && !this.#isCancelled
  }

  #isFlowGone(kind: 'timeout' | 'transport', cause: Error): boolean {
    return cause instanceof FlowFailed || (kind === 'transport' && this.#hop?.isFlow === true)
  }

  get #hasMoreHops(): boolean {
    return this.#tried < this.#hops.length
  }

  get #mayMoveOn(): boolean {
    return this.#hasMoreHops && !this.#isCancelled
  }

  #begin(destination: Destination): void {
    if (this.#isOver || this.#isCancelled) return
    if (destination.kind === 'flow') {
      this.#sendOn(destination.flow)
      return
    }
    const { finder, resolveTimeoutMs, signal } = this.#ground
    this.#wait.for(
      () => finder.find(destination, signal),
      resolveTimeoutMs,
      (hops) => {
        this.#hops = hops
        this.#tryNext()
      },
      (cause) => this.#fail('resolve', cause),
    )
  }

  #tryNext(): void {
    const hop = this.#hops[this.#tried++]
    if (!hop) {
      this.#fail('resolve', new Error('no hop to try'))
      return
    }
    this.#hop = hop
    this.#attempt = undefined
    const { transport, hopSilenceMs, resolveTimeoutMs, signal } = this.#ground
    this.#wait.for(
      () => {
        const flow = transport.flowTo(hop, signal)
        this.#isFlowReused = !(flow instanceof Promise)
        return flow
      },
      this.#hasMoreHops ? hopSilenceMs : resolveTimeoutMs,
      (flow) => this.#sendOn(flow),
      (cause) => this.onFailure('transport', cause),
    )
  }

  /** `isFinal`: this flow it is, however large the request. */
  #sendOn(flow: Flow, isFinal = false): void {
    if (!flow.isOpen) {
      this.onFailure('transport', new FlowFailed('the connection has closed'))
      return
    }
    const branch = newBranch() + this.#branchMark
    const via = ownVia(this.#ground.transport.listeningPointOf(flow), branch, flow)
    const request = this.#nextCopy()
    request.prepend('Via', via)
    if (!isFinal && this.#isTooLarge(request, flow) && this.#preferTcp(flow)) return
    const sent = { request, via, branch, flow }
    const patienceMs = this.#hasMoreHops ? this.#ground.hopSilenceMs : undefined
    const attempt = this.isInvite
      ? new InviteAttempt(this.#ground, sent, this, patienceMs)
      : new NonInviteAttempt(this.#ground, sent, this, patienceMs)
    this.#attempt = attempt
    attempt.start()
    this.#events.onSent?.(request, flow, this.#hop)
  }

  #isTooLarge(request: SipRequest, flow: Flow): boolean {
    return flow.transport === 'udp' && request.toBuffer().length > this.#ground.maxUdpRequestBytes
  }

  /** RFC 3261 §18.1.1: fragments of a large datagram get lost. Returns false when TCP is not worth a try. */
  #preferTcp(udpFlow: Flow): boolean {
    if (!this.#hop || this.#hop.isFlow) return false
    const { transport, penalties, tcpPatienceMs, tcpRetryAfterMs, signal } = this.#ground
    const hop: Hop = { ...this.#hop, transport: 'tcp' }
    if (penalties.isDue(hop) || !transport.listeningPoints.some((point) => point.transport === 'tcp'))
      return false
    this.#wait.for(
      () => transport.flowTo(hop, signal),
      tcpPatienceMs,
      (flow) => this.#sendOn(flow),
      () => {
        penalties.add(hop, tcpRetryAfterMs)
        this.#sendOn(udpFlow, true)
      },
    )
    return true
  }

  /** The request itself the first time; then a copy, since the one before may still be needed for its ACK or CANCEL. */
  #nextCopy(): SipRequest {
    if (!this.#wasSent) {
      this.#wasSent = true
      return this.request
    }
    const copy = this.request.clone()
    copy.removeFirstValue('via')
    return copy
  }

  #punish(milliseconds: number): void {
    // A flow is the one way to who is at its end: nothing else could be tried first.
    if (this.#hop && !this.#hop.isFlow && milliseconds > 0)
      this.#ground.penalties.add(this.#hop, milliseconds)
  }

  #fail(kind: ClientFailure['kind'], cause: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#ground.countFailure(kind)
    this.#events.onFailure({ kind, cause })
  }
}

const longestRetryAfterMs = 300_000

/** RFC 3261 §21.5.4. Without the header the server may be well again for the next request. */
function retryAfterMs(response: SipResponse): number {
  const seconds = Number.parseInt(response.get('retry-after') ?? '', 10)
  return Number.isNaN(seconds) ? 0 : Math.min(seconds * 1_000, longestRetryAfterMs)
}
