import type { Clock } from '../../lib/clock.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import type { Flow } from '../transport/flow.ts'
import type { HopResolver } from '../transport/hop.ts'
import type { Transport } from '../transport/transport-layer.ts'
import { AttemptTable } from './attempt-table.ts'
import type { ClientAttempt } from './client-attempt.ts'
import { ClientRequest, type RequestGround } from './client-request.ts'
import { HopFinder } from './hop-finder.ts'
import { keepAsAgreed } from './keep-alive-terms.ts'
import type { LayerGround } from './layer-ground.ts'
import { PenaltyTable } from './penalty-table.ts'
import type { TimerValues } from './timer-values.ts'
import type { TimerWheel } from './timer-wheel.ts'
import { isOwnVia } from './top-via.ts'
import type {
  ClientFailure,
  ClientTransaction,
  ClientTransactionEvents,
  Destination,
} from './transaction-user.ts'

/** The requests we have sent, and the responses that belong to them. */
export class ClientSide implements RequestGround {
  readonly transport: Transport
  readonly wheel: TimerWheel
  readonly penalties: PenaltyTable
  readonly finder: HopFinder
  readonly hopSilenceMs: number
  readonly penaltyMs: number
  readonly resolveTimeoutMs: number
  readonly maxUdpRequestBytes: number
  readonly tcpPatienceMs: number
  readonly tcpRetryAfterMs: number
  readonly signal: AbortSignal
  readonly ringingLimitMs: number
  readonly #ground: LayerGround
  readonly #attempts = new AttemptTable()

  constructor(ground: LayerGround, resolver: HopResolver, clock: Clock) {
    const { settings } = ground
    this.transport = ground.transport
    this.wheel = ground.wheel
    this.penalties = new PenaltyTable(clock, settings.maxPenalties)
    this.finder = new HopFinder(resolver, this.penalties)
    this.hopSilenceMs = settings.hopSilenceMs
    this.penaltyMs = settings.penaltyMs
    this.resolveTimeoutMs = settings.resolveTimeoutMs
    this.maxUdpRequestBytes = settings.maxUdpRequestBytes
    this.tcpPatienceMs = settings.tcpPatienceMs
    this.tcpRetryAfterMs = settings.tcpRetryAfterMs
    this.signal = ground.signal
    this.ringingLimitMs = settings.ringingLimitMs
    this.#ground = ground
  }

  request(
    request: SipRequest,
    destination: Destination,
    events: ClientTransactionEvents,
    branchMark: string,
  ): ClientTransaction {
    const transaction = new ClientRequest(this, request, events, branchMark)
    const { maxClientTransactions } = this.#ground.settings
    if (this.#attempts.size < maxClientTransactions) transaction.start(destination)
    else transaction.refuse(new Error(`${maxClientTransactions} client transactions are open`))
    return transaction
  }

  receive(response: SipResponse, flow: Flow): void {
    const via = response.topVia
    // RFC 3261 §18.1.2: what was not addressed to us by our own Via is not ours.
    if (!isOwnVia(via, this.transport.listeningPoints)) {
      this.#ground.counts.dropped.foreignResponses++
      return
    }
    if (flow.isOurs) keepAsAgreed(this.transport, flow, response)
    const attempt = this.#attempts.find(via.branch ?? '', response.cseq.method)
    if (attempt) attempt.receive(response, flow)
    else if (response.values('via').length === 1) this.onStrayResponse(response, flow)
    else this.#dropStray()
  }

  flowFailed(flow: Flow, cause: Error): void {
    for (const attempt of this.#attempts.waitingOn(flow)) {
      try {
        attempt.transportFailed(cause)
      } catch (bug) {
        this.#ground.onBug(bug)
      }
    }
  }

  stop(): void {
    this.#attempts.dropAll()
  }

  timersFor(flow: Flow): TimerValues {
    return this.#ground.timersFor(flow)
  }

  remember(attempt: ClientAttempt): void {
    this.#attempts.add(attempt)
    this.#ground.counts.clientStarted++
    this.#ground.counts.client = this.#attempts.size
  }

  settled(attempt: ClientAttempt): void {
    this.#attempts.settle(attempt)
  }

  forget(attempt: ClientAttempt): void {
    this.#attempts.remove(attempt)
    this.#ground.counts.client = this.#attempts.size
  }

  countResent(): void {
    this.#ground.counts.requestRetransmissions++
  }

  countFailure(kind: ClientFailure['kind']): void {
    if (kind === 'timeout') this.#ground.counts.clientTimeouts++
  }

  /** RFC 6026: a proxy forwards nothing that no transaction knows, or anybody could have it send anything anywhere. */
  #dropStray(): void {
    this.#ground.counts.strayResponses++
    this.#ground.counts.dropped.strayResponses++
  }

  /** RFC 6026 §7.2: of what matches no transaction only a 2xx to INVITE is of use to anyone. */
  onStrayResponse(response: SipResponse, flow: Flow): void {
    this.#ground.counts.strayResponses++
    const isAnswer = response.status >= 200 && response.status < 300 && response.cseq.method === 'INVITE'
    if (isAnswer) this.#ground.user.onStrayResponse(response, flow)
    else this.#ground.counts.dropped.strayResponses++
  }

  onBug(cause: unknown): void {
    this.#ground.onBug(cause)
  }
}
