import type { SipRequest, SipResponse } from '../message/message.ts'
import { responseTo } from '../message/response.ts'
import type { Flow } from '../transport/flow.ts'
import {
  type InviteServerAction,
  type InviteServerEvent,
  type InviteServerState,
  nextInviteServer,
} from './invite-server.ts'
import { KeptRequest } from './kept-request.ts'
import { ResponsePath, type SendingParty } from './response-path.ts'
import type { ServerGround } from './server-ground.ts'
import type { TimerValues } from './timer-values.ts'
import { WheelTimer } from './timer-wheel.ts'
import { ToTag } from './to-tag.ts'
import type { ServerTransaction } from './transaction-user.ts'

type TimerName = 'timer-100' | 'timer-g' | 'timer-h' | 'timer-i' | 'timer-l' | 'ringing-limit'

/** Carries out the machine of RFC 3261 §17.2.1 and RFC 6026. */
export class InviteServerTransaction implements ServerTransaction, SendingParty {
  readonly isInvite = true
  readonly key: string
  readonly flow: Flow
  onTerminated?: (() => void) | undefined
  /** Set by the layer, so that the core hears of a CANCEL once. */
  isCancelled = false
  readonly #ground: ServerGround
  readonly #request: KeptRequest
  readonly #path: ResponsePath
  readonly #timers: TimerValues
  readonly #retransmission = new WheelTimer<TimerName>(this)
  readonly #lifetime = new WheelTimer<TimerName>(this)
  readonly #toTag = new ToTag()
  #intervalMs: number
  /** When an INVITE outside dialogs came, for the time to its answer. */
  #askedAt: number | undefined
  #state: InviteServerState = 'proceeding'
  #lastResponse: Buffer | undefined

  constructor(ground: ServerGround, key: string, request: SipRequest, flow: Flow) {
    this.key = key
    this.#request = new KeptRequest(request)
    this.flow = flow
    this.#ground = ground
    this.#path = new ResponsePath(ground.transport, flow, request.topVia)
    this.#timers = ground.timersFor(flow)
    this.#intervalMs = this.#timers.retransmitMs ?? 0
    this.#askedAt = request.to.tag === undefined ? performance.now() : undefined
  }

  get request(): SipRequest {
    return this.#request.value
  }

  get isFinal(): boolean {
    return this.#state !== 'proceeding'
  }

  get toTag(): string {
    return this.#toTag.value
  }

  /** Called when the core has seen the request, and may already have answered it. */
  start(): void {
    if (this.isFinal) return
    const { wheel, ringingLimitMs, autoTryingAfterMs } = this.#ground
    wheel.start(this.#lifetime, 'ringing-limit', ringingLimitMs)
    if (this.#lastResponse) return
    if (autoTryingAfterMs === 0) this.#dispatch('timer-100')
    else wheel.start(this.#retransmission, 'timer-100', autoTryingAfterMs)
  }

  respond(response: SipResponse): boolean {
    return this.#dispatch(this.#eventOf(response.status), response)
  }

  receiveAgain(): void {
    this.#dispatch('request')
  }

  receiveAck(ack: SipRequest, flow: Flow): void {
    this.#dispatch('ack', undefined, ack, flow)
  }

  drop(): void {
    this.#state = 'terminated'
    this.#end()
  }

  onTimer(name: TimerName): void {
    if (name === 'ringing-limit' || name === 'timer-h') this.#ground.countTimeout()
    if (name === 'ringing-limit')
      this.respond(responseTo(this.request, 408, undefined, { toTag: this.toTag }))
    else this.#dispatch(name)
  }

  onSendFailed(): void {
    this.#dispatch('transport-error')
  }

  /** Returns false when the event means nothing in this state. */
  #dispatch(event: InviteServerEvent, response?: SipResponse, ack?: SipRequest, flow?: Flow): boolean {
    const transition = nextInviteServer(this.#state, event)
    if (!transition) return false
    this.#state = transition[0]
    for (const action of transition[1]) this.#perform(action, response, ack, flow)
    if (this.#state === 'terminated') this.#end()
    return true
  }

  #perform(action: InviteServerAction, response?: SipResponse, ack?: SipRequest, flow?: Flow): void {
    const wheel = this.#ground.wheel
    switch (action) {
      case 'send-trying':
        this.#send(responseTo(this.request, 100))
        break
      case 'send-response':
        this.#send(response as SipResponse)
        break
      case 'resend-response':
        if (!this.#lastResponse) break
        this.#ground.countResent()
        this.#transmit(this.#lastResponse)
        break
      case 'start-timer-g':
        if (this.#timers.retransmitMs === undefined) break
        wheel.start(this.#retransmission, 'timer-g', this.#intervalMs)
        this.#intervalMs = Math.min(2 * this.#intervalMs, this.#timers.t2Ms)
        break
      case 'start-timer-h':
        wheel.start(this.#lifetime, 'timer-h', this.#timers.lifetimeMs)
        break
      case 'start-timer-i':
        wheel.start(this.#lifetime, 'timer-i', this.#timers.timerIMs)
        break
      case 'start-timer-l':
        wheel.start(this.#lifetime, 'timer-l', this.#timers.lifetimeMs)
        break
      case 'stop-timers':
        wheel.stop(this.#retransmission)
        wheel.stop(this.#lifetime)
        break
      case 'report-ack':
        this.#ground.onAck(ack as SipRequest, flow as Flow)
        break
    }
  }

  #send(response: SipResponse): void {
    const data = response.toBuffer()
    this.#toTag.note(response)
    // RFC 6026 §7.1: a 2xx is retransmitted by the core alone.
    this.#lastResponse = this.#state === 'accepted' ? undefined : data
    if (this.#state === 'proceeding') this.#ringOn()
    if (this.isFinal) this.#countAnswer()
    this.#transmit(data)
    if (this.isFinal) this.#request.compact()
  }

  #countAnswer(): void {
    if (this.#askedAt === undefined) return
    this.#ground.countAnswer(performance.now() - this.#askedAt)
    this.#askedAt = undefined
  }

  #ringOn(): void {
    const { wheel, ringingLimitMs } = this.#ground
    wheel.stop(this.#retransmission)
    wheel.start(this.#lifetime, 'ringing-limit', ringingLimitMs)
  }

  #transmit(data: Buffer): void {
    this.#path.send(data, this.#ground.signal, this)
  }

  #end(): void {
    this.#ground.wheel.stop(this.#retransmission)
    this.#ground.wheel.stop(this.#lifetime)
    this.#ground.forget(this)
  }

  #eventOf(status: number): InviteServerEvent {
    if (status < 200) return 'respond-1xx'
    if (status < 300) return 'respond-2xx'
    // Who has heard a provisional response repeats its INVITE no more, and could not ask for a lost challenge.
    const isAskedAgain = this.#lastResponse === undefined
    return isAskedAgain && (status === 401 || status === 407) ? 'respond-challenge' : 'respond-3xx-6xx'
  }
}
