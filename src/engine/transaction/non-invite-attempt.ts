import type { SipResponse } from '../message/message.ts'
import type { Flow } from '../transport/flow.ts'
import {
  type AttemptGround,
  type AttemptListener,
  type ClientAttempt,
  type ExtraHeaders,
  nobodyListens,
  type SentRequest,
} from './client-attempt.ts'
import {
  type NonInviteClientAction,
  type NonInviteClientEvent,
  type NonInviteClientState,
  nextNonInviteClient,
} from './non-invite-client.ts'
import type { TimerValues } from './timer-values.ts'
import { WheelTimer } from './timer-wheel.ts'

type TimerName = 'timer-e' | 'timer-f' | 'timer-k' | 'silence'

/** Carries out the machine of RFC 3261 §17.1.2 on one hop. */
export class NonInviteAttempt implements ClientAttempt {
  readonly branch: string
  readonly method: string
  readonly flow: Flow
  readonly #ground: AttemptGround
  readonly #timers: TimerValues
  readonly #patienceMs: number | undefined
  readonly #retransmission = new WheelTimer<TimerName>(this)
  readonly #lifetime = new WheelTimer<TimerName>(this)
  #intervalMs: number
  #state: NonInviteClientState = 'initial'
  #listener: AttemptListener
  /** Let go with the final response: what absorbs retransmissions needs no request. */
  #sent: SentRequest | undefined

  /** `patienceMs`: how long the hop may stay silent before the listener hears of it; undefined: it is not asked. */
  constructor(ground: AttemptGround, sent: SentRequest, listener: AttemptListener, patienceMs?: number) {
    this.branch = sent.branch
    this.method = sent.request.method
    this.flow = sent.flow
    this.#ground = ground
    this.#sent = sent
    this.#listener = listener
    this.#patienceMs = patienceMs
    this.#timers = ground.timersFor(sent.flow)
    this.#intervalMs = this.#timers.retransmitMs ?? 0
  }

  start(): void {
    this.#ground.remember(this)
    this.#dispatch('send')
    this.#ground.transport.expectAnswer(this.flow)
  }

  receive(response: SipResponse, flow: Flow): void {
    this.#dispatch(response.status < 200 ? '1xx' : '2xx-6xx', response, flow)
  }

  transportFailed(cause: Error): void {
    this.#dispatch('transport-error', undefined, undefined, cause)
  }

  cancel(_headers: ExtraHeaders): void {
    // RFC 3261 §9.1: only an INVITE is worth cancelling.
  }

  giveUp(): void {
    this.forsake()
  }

  forsake(): void {
    this.#listener = nobodyListens
    this.#ground.wheel.stop(this.#retransmission)
  }

  drop(): void {
    this.#state = 'terminated'
    this.#end()
  }

  onTimer(name: TimerName): void {
    if (name === 'silence') {
      this.#startFullLifetime()
      this.#listener.onSilence()
    } else {
      this.#dispatch(name)
    }
  }

  #dispatch(event: NonInviteClientEvent, response?: SipResponse, flow?: Flow, cause?: Error): void {
    const transition = nextNonInviteClient(this.#state, event)
    if (!transition) return
    this.#state = transition[0]
    for (const action of transition[1]) this.#perform(action, response, flow, cause)
    if (this.#state === 'terminated') this.#end()
  }

  #perform(action: NonInviteClientAction, response?: SipResponse, flow?: Flow, cause?: Error): void {
    const wheel = this.#ground.wheel
    switch (action) {
      case 'send-request':
        this.#transmit()
        break
      case 'resend-request':
        this.#ground.countResent()
        this.#transmit()
        break
      case 'start-timer-e':
        if (this.#timers.retransmitMs === undefined) break
        wheel.start(this.#retransmission, 'timer-e', this.#intervalMs)
        this.#intervalMs = Math.min(2 * this.#intervalMs, this.#timers.t2Ms)
        break
      case 'start-timer-e-at-t2':
        wheel.start(this.#retransmission, 'timer-e', this.#timers.t2Ms)
        break
      case 'start-timer-f':
        if (this.#patienceMs === undefined) this.#startFullLifetime()
        else wheel.start(this.#lifetime, 'silence', this.#patienceMs)
        break
      case 'start-timer-k':
        wheel.start(this.#lifetime, 'timer-k', this.#timers.timerKMs)
        break
      case 'stop-timers':
        wheel.stop(this.#retransmission)
        wheel.stop(this.#lifetime)
        break
      case 'report-response':
        this.#report(response as SipResponse, flow as Flow)
        break
      case 'report-timeout':
        this.#listener.onFailure('timeout', new Error(`no final response to ${this.method}`))
        break
      case 'report-transport-error':
        this.#listener.onFailure('transport', cause as Error)
        break
    }
  }

  #transmit(): void {
    if (this.#sent) this.#ground.transport.send(this.flow, this.#sent.request.toBuffer())
  }

  #report(response: SipResponse, flow: Flow): void {
    const listener = this.#listener
    if (response.status < 200) {
      // The hop lives: from here on it has as long as any other.
      if (this.#lifetime.name === 'silence') this.#startFullLifetime()
    } else {
      this.#ground.settled(this)
      this.#listener = nobodyListens
      this.#sent = undefined
    }
    listener.onResponse(response, flow)
  }

  #startFullLifetime(): void {
    this.#ground.wheel.start(this.#lifetime, 'timer-f', this.#timers.lifetimeMs)
  }

  #end(): void {
    this.#ground.wheel.stop(this.#retransmission)
    this.#ground.wheel.stop(this.#lifetime)
    this.#ground.forget(this)
  }
}
