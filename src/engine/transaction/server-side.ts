import { TurnoverMap } from '../../lib/turnover-map.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import { SipParseError } from '../message/parse.ts'
import { responseTo } from '../message/response.ts'
import type { Flow } from '../transport/flow.ts'
import type { Transport } from '../transport/transport-layer.ts'
import { InviteServerTransaction } from './invite-server-transaction.ts'
import { takeOffers } from './keep-alive-terms.ts'
import type { LayerGround } from './layer-ground.ts'
import { NonInviteServerTransaction } from './non-invite-server-transaction.ts'
import { ResponsePath } from './response-path.ts'
import type { ServerGround } from './server-ground.ts'
import { serverKey } from './server-key.ts'
import { statelessResponseTo } from './stateless-response.ts'
import type { TimerValues } from './timer-values.ts'
import type { TimerWheel } from './timer-wheel.ts'
import { stampSource } from './top-via.ts'
import type { ServerTransaction } from './transaction-user.ts'

type LiveServerTransaction = InviteServerTransaction | NonInviteServerTransaction

/** Requests inside a dialog, and calls for help, may exceed the limit by this factor: a call that is up must be able to end. */
const dialogReserve = 1.1

/** The requests we have received, and what is answered to them. */
export class ServerSide implements ServerGround {
  readonly transport: Transport
  readonly wheel: TimerWheel
  readonly autoTryingAfterMs: number
  readonly ringingLimitMs: number
  readonly signal: AbortSignal
  readonly #ground: LayerGround
  readonly #transactions = new TurnoverMap<string, LiveServerTransaction>()

  constructor(ground: LayerGround) {
    this.transport = ground.transport
    this.wheel = ground.wheel
    this.autoTryingAfterMs = ground.settings.autoTryingAfterMs
    this.ringingLimitMs = ground.settings.ringingLimitMs
    this.signal = ground.signal
    this.#ground = ground
  }

  receive(request: SipRequest, flow: Flow): void {
    if (isTheirStream(flow)) takeOffers(this.transport, flow, request)
    stampSource(request, flow)
    if (request.method === 'ACK') this.#receiveAck(request, flow)
    else if (request.method === 'CANCEL') this.#receiveCancel(request, flow)
    else this.#receiveOther(request, flow)
  }

  /** Answers without a transaction; `request` may be only part of one. Never for an ACK. */
  reject(request: SipRequest, flow: Flow, status: number, reason: string): void {
    if (request.method === 'ACK') {
      this.#ground.counts.dropped.unreadable++
      return
    }
    stampSource(request, flow)
    this.#reply(request, flow, statelessResponseTo(request, status, reason))
  }

  stop(): void {
    for (const transaction of [...this.#transactions.values()]) transaction.drop()
  }

  timersFor(flow: Flow): TimerValues {
    return this.#ground.timersFor(flow)
  }

  countResent(): void {
    this.#ground.counts.responseRetransmissions++
  }

  countTimeout(): void {
    this.#ground.counts.serverTimeouts++
  }

  countAnswer(tookMs: number): void {
    this.#ground.answerDelays.observe(tookMs / 1_000)
  }

  onAck(ack: SipRequest, flow: Flow): void {
    this.#ground.user.onAck(ack, flow)
  }

  forget(transaction: ServerTransaction): void {
    this.#transactions.delete(transaction.key)
    this.#ground.counts.server = this.#transactions.size
    try {
      transaction.onTerminated?.()
    } catch (cause) {
      this.#ground.onBug(cause)
    }
  }

  #receiveOther(request: SipRequest, flow: Flow): void {
    const key = serverKey(request, request.method)
    const known = this.#transactions.get(key)
    if (known) {
      known.receiveAgain()
      return
    }
    this.#ground.shedder?.note(request)
    if (this.#isOverloadedFor(request)) this.#refuse(request, flow)
    else this.#begin(key, request, flow)
  }

  #begin(key: string, request: SipRequest, flow: Flow): void {
    const transaction =
      request.method === 'INVITE'
        ? new InviteServerTransaction(this, key, request, flow)
        : new NonInviteServerTransaction(this, key, request, flow)
    this.#transactions.set(key, transaction)
    this.#ground.counts.serverStarted++
    this.#ground.counts.server = this.#transactions.size
    try {
      this.#ground.user.onRequest(transaction, request)
    } catch (cause) {
      this.#answerBug(transaction, cause)
    }
    transaction.start()
  }

  /** A header that only the core reads may still be malformed; anything else that is thrown is a defect of ours. */
  #answerBug(transaction: LiveServerTransaction, cause: unknown): void {
    const isMalformed = cause instanceof SipParseError
    if (!isMalformed) this.#ground.onBug(cause)
    const [status, reason] = isMalformed ? [cause.status, cause.reason] : [500, undefined]
    if (!transaction.isFinal) transaction.respond(statelessResponseTo(transaction.request, status, reason))
  }

  #receiveAck(ack: SipRequest, flow: Flow): void {
    const invite = this.#transactions.get(serverKey(ack, 'INVITE'))
    if (invite?.isInvite) {
      invite.receiveAck(ack, flow)
      return
    }
    this.#ground.counts.strayAcks++
    this.#ground.user.onAck(ack, flow)
  }

  /** RFC 3261 §9.2: with the To tag of the INVITE's responses. A CANCEL needs no transaction of its own: a retransmission is answered the same again. */
  #receiveCancel(cancel: SipRequest, flow: Flow): void {
    const invite = this.#transactions.get(serverKey(cancel, 'INVITE'))
    if (!invite?.isInvite) {
      this.#reply(cancel, flow, statelessResponseTo(cancel, 481))
      return
    }
    this.#reply(cancel, flow, responseTo(cancel, 200, undefined, { toTag: invite.toTag }))
    if (invite.isCancelled) return
    invite.isCancelled = true
    this.#ground.user.onCancel(invite, cancel)
  }

  #isOverloadedFor(request: SipRequest): boolean {
    const { maxServerTransactions } = this.#ground.settings
    const open = this.#transactions.size
    if (request.to.tag === undefined && this.#ground.shedder?.sheds(request)) return true
    if (open < maxServerTransactions) return false
    const mayUseReserve = request.to.tag !== undefined || this.#ground.shedder?.isUrgent(request)
    return !mayUseReserve || open >= maxServerTransactions * dialogReserve
  }

  #refuse(request: SipRequest, flow: Flow): void {
    this.#ground.counts.overloaded++
    const response = statelessResponseTo(request, 503)
    response.set('Retry-After', String(this.#ground.settings.retryAfterSeconds))
    this.#reply(request, flow, response)
  }

  #reply(request: SipRequest, flow: Flow, response: SipResponse): void {
    const path = new ResponsePath(this.transport, flow, request.topVia)
    path.send(response.toBuffer(), this.signal, {
      onSendFailed: (cause) =>
        this.#ground.log.debug({ callId: request.get('call-id'), cause }, 'response could not be sent'),
    })
  }
}

/** Opened by the far end: only there have offers about the flow a meaning. */
function isTheirStream(flow: Flow): boolean {
  return flow.transport !== 'udp' && !flow.isOurs
}
