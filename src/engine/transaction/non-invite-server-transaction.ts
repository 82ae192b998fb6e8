import type { SipRequest, SipResponse } from '../message/message.ts'
import { responseTo } from '../message/response.ts'
import type { Flow } from '../transport/flow.ts'
import { expectPromised } from './keep-alive-terms.ts'
import { KeptRequest } from './kept-request.ts'
import {
  type NonInviteServerAction,
  type NonInviteServerEvent,
  type NonInviteServerState,
  nextNonInviteServer,
} from './non-invite-server.ts'
import { ResponsePath, type SendingParty } from './response-path.ts'
import type { ServerGround } from './server-ground.ts'
import type { TimerValues } from './timer-values.ts'
import { WheelTimer } from './timer-wheel.ts'
import { ToTag } from './to-tag.ts'
import type { ServerTransaction } from './transaction-user.ts'

type TimerName = 'timer-100' | 'unanswered' | 'timer-j'

/** Carries out the machine of RFC 3261 §17.2.2. */
export class NonInviteServerTransaction implements ServerTransaction, SendingParty {
  readonly isInvite = false
  readonly key: string
  readonly flow: Flow
  onTerminated?: (() => void) | undefined
  readonly #ground: ServerGround
  readonly #request: KeptRequest
  readonly #path: ResponsePath
  readonly #timers: TimerValues
  readonly #lifetime = new WheelTimer<TimerName>(this)
  readonly #toTag = new ToTag()
  #state: NonInviteServerState = 'trying'
  /** As Latin-1, one character a byte: see KeptRequest. */
  #lastResponse: string | undefined

  constructor(ground: ServerGround, key: string, request: SipRequest, flow: Flow) {
    this.key = key
    this.#request = new KeptRequest(request)
    this.flow = flow
    this.#ground = ground
    this.#path = new ResponsePath(ground.transport, flow, request.topVia)
    this.#timers = ground.timersFor(flow)
  }

  get request(): SipRequest {
    return this.#request.value
  }

  get isFinal(): boolean {
    return this.#state === 'completed' || this.#state === 'terminated'
  }

  get toTag(): string {
    return this.#toTag.value
  }

  /** Called when the core has seen the request, and may already have answered it. */
  start(): void {
    if (!this.isFinal) this.#ground.wheel.start(this.#lifetime, 'timer-100', this.#timers.tryingMs)
  }

  respond(response: SipResponse): boolean {
    // RFC 4320 §4.1 and §4.2: the only provisional response is our own 100, and a 408 never arrives in time.
    if (response.status < 200 || response.status === 408) return false
    if (this.flow.transport !== 'udp') expectPromised(this.#ground.transport, this.flow, response)
    return this.#dispatch('respond-2xx-6xx', response)
  }

  receiveAgain(): void {
    this.#dispatch('request')
  }

  drop(): void {
    this.#state = 'terminated'
    this.#end()
  }

  onTimer(name: TimerName): void {
    if (name === 'unanswered') this.#ground.countTimeout()
    this.#dispatch(name)
  }

  onSendFailed(): void {
    this.#dispatch('transport-error')
  }

  /** Returns false when the event means nothing in this state. */
  #dispatch(event: NonInviteServerEvent, response?: SipResponse): boolean {
    const transition = nextNonInviteServer(this.#state, event)
    if (!transition) return false
    this.#state = transition[0]
    for (const action of transition[1]) this.#perform(action, response)
    if (this.#state === 'terminated') this.#end()
    return true
  }

  #perform(action: NonInviteServerAction, response?: SipResponse): void {
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
        this.#transmit(Buffer.from(this.#lastResponse, 'latin1'))
        break
      case 'start-unanswered':
        wheel.start(this.#lifetime, 'unanswered', this.#timers.lifetimeMs - this.#timers.tryingMs)
        break
      case 'start-timer-j':
        wheel.start(this.#lifetime, 'timer-j', this.#timers.timerJMs)
        break
      case 'stop-timers':
        wheel.stop(this.#lifetime)
        break
    }
  }

  #send(response: SipResponse): void {
    const data = response.toBuffer()
    this.#lastResponse = data.toString('latin1')
    this.#toTag.note(response)
    this.#transmit(data)
    if (this.isFinal) this.#request.compact()
  }

  #transmit(data: Buffer): void {
    this.#path.send(data, this.#ground.signal, this)
  }

  #end(): void {
    this.#ground.wheel.stop(this.#lifetime)
    this.#ground.forget(this)
  }
}
