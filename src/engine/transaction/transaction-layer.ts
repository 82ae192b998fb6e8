import { type Clock, systemClock } from '../../lib/clock.ts'
import { Histogram } from '../../lib/histogram.ts'
import type { Log } from '../../lib/log.ts'
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts'
import { parseMessage, SipParseError } from '../message/parse.ts'
import type { Flow } from '../transport/flow.ts'
import type { HopResolver } from '../transport/hop.ts'
import type { Transport, TransportUser } from '../transport/transport-layer.ts'
import { ClientSide } from './client-side.ts'
import { DirectSender } from './direct-sender.ts'
import { type LayerCounts, newLayerCounts } from './layer-counts.ts'
import type { LayerGround, LoadShedder } from './layer-ground.ts'
import type { Penalty } from './penalty-table.ts'
import { ServerSide } from './server-side.ts'
import { reliableTimers, type TimerValues, unreliableTimers } from './timer-values.ts'
import { TimerWheel } from './timer-wheel.ts'
import { defaultTransactionSettings, type TransactionSettings } from './transaction-settings.ts'
import type {
  ClientTransaction,
  ClientTransactionEvents,
  Destination,
  TransactionLayer,
  TransactionUser,
} from './transaction-user.ts'

export interface TransactionLayerOptions {
  readonly transport: Transport
  readonly resolver: HopResolver
  readonly log: Log
  readonly clock?: Clock
  readonly settings?: Partial<TransactionSettings>
  readonly shedder?: LoadShedder
}

/** Seconds; machines answer at the lower end, people at the upper. */
const answerBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** RFC 3261 §17 and §18's header rules, over a transport and under a core. */
export class SipTransactionLayer implements TransactionLayer, TransportUser, LayerGround {
  readonly transport: Transport
  readonly settings: TransactionSettings
  readonly counts: LayerCounts = newLayerCounts()
  readonly answerDelays = new Histogram(answerBounds)
  readonly wheel: TimerWheel
  readonly log: Log
  readonly shedder: LoadShedder | undefined
  readonly #stopped = new AbortController()
  readonly #unreliable: TimerValues
  readonly #reliable: TimerValues
  readonly #clients: ClientSide
  readonly #servers: ServerSide
  readonly #direct: DirectSender
  #user: TransactionUser | undefined

  constructor(options: TransactionLayerOptions) {
    const clock = options.clock ?? systemClock
    this.transport = options.transport
    this.settings = { ...defaultTransactionSettings, ...options.settings }
    this.log = options.log
    this.shedder = options.shedder
    this.wheel = new TimerWheel(clock, this.settings.tickMs, (cause) => this.onBug(cause))
    this.#unreliable = unreliableTimers(this.settings)
    this.#reliable = reliableTimers(this.settings)
    this.#clients = new ClientSide(this, options.resolver, clock)
    this.#servers = new ServerSide(this)
    this.#direct = new DirectSender(this, this.#clients.finder, options.resolver)
    options.transport.deliverTo(this)
  }

  /** Names the core; called once, before the transport starts. */
  deliverTo(user: TransactionUser): void {
    this.#user = user
  }

  get user(): TransactionUser {
    if (!this.#user) throw new Error('the transaction layer has no user')
    return this.#user
  }

  get signal(): AbortSignal {
    return this.#stopped.signal
  }

  /** Hops that are tried last for the time being. */
  get penalties(): readonly Penalty[] {
    return this.#clients.penalties.entries
  }

  request(
    request: SipRequest,
    destination: Destination,
    events: ClientTransactionEvents,
    branchMark = '',
  ): ClientTransaction {
    return this.#clients.request(request, destination, events, branchMark)
  }

  sendDirect(
    request: SipRequest,
    destination: Destination,
    onSent?: (request: SipRequest, flow: Flow) => void,
  ): void {
    this.#direct.sendRequest(request, destination, onSent)
  }

  forwardResponse(response: SipResponse): void {
    this.#direct.sendResponse(response)
  }

  /** Ends all transactions in silence. */
  stop(): void {
    this.#stopped.abort(new Error('the engine stops'))
    this.#clients.stop()
    this.#servers.stop()
    this.wheel.clear()
  }

  onMessage(data: Buffer, flow: Flow): void {
    try {
      const message = parseMessage(data)
      if (message.isRequest) this.#servers.receive(message, flow)
      else this.#clients.receive(message, flow)
    } catch (cause) {
      if (cause instanceof SipParseError) this.#rejectMalformed(cause, flow)
      else this.onBug(cause)
    }
  }

  onFlowFailed(flow: Flow, cause: Error): void {
    this.#clients.flowFailed(flow, cause)
  }

  onBadFrame(head: Buffer, flow: Flow, status: 400 | 513, reason: string): void {
    this.counts.parseErrors++
    const request = readableRequest(head)
    if (request) this.#servers.reject(request, flow, status, reason)
    else this.counts.dropped.unreadable++
  }

  timersFor(flow: Flow): TimerValues {
    return flow.transport === 'udp' ? this.#unreliable : this.#reliable
  }

  onBug(cause: unknown): void {
    this.log.error({ cause }, 'unexpected error in the sip engine')
  }

  /** RFC 3261 §16.3 and §21.4.1: a request that can be answered is; responses and noise are dropped. */
  #rejectMalformed(error: SipParseError, flow: Flow): void {
    this.counts.parseErrors++
    if (error.partial) this.#servers.reject(error.partial, flow, error.status, error.reason)
    else this.counts.dropped.unreadable++
  }
}

function readableRequest(head: Buffer): SipRequest | undefined {
  let message: SipMessage | undefined
  try {
    message = parseMessage(head)
  } catch (error) {
    if (!(error instanceof SipParseError)) throw error
    message = error.partial
  }
  return message?.isRequest ? message : undefined
}
