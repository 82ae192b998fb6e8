import type { SipResponse } from '../message/message.ts'
import type { Flow } from '../transport/flow.ts'
import {
  type AttemptGround,
  type AttemptListener,
  type ClientAttempt,
  type ExtraHeaders,
  nobodyListens,
  onlyLateAnswers,
  type SentRequest,
} from './client-attempt.ts'
import { ackFor, cancelFor } from './hop-by-hop-request.ts'
import {
  type InviteClientAction,
  type InviteClientEvent,
  type InviteClientState,
  nextInviteClient,
} from './invite-client.ts'
import { NonInviteAttempt } from './non-invite-attempt.ts'
import type { TimerValues } from './timer-values.ts'
import { WheelTimer } from './timer-wheel.ts'

type TimerName =
  | 'timer-a'
  | 'timer-b'
  | 'timer-d'
  | 'timer-m'
  | 'cancel-expired'
  | 'silence'
  | 'ringing-limit'

/** Carries out the machine of RFC 3261 §17.1.1 and RFC 6026 on one hop, with the CANCEL that may follow. */
export class InviteAttempt implements ClientAttempt {
  readonly branch: string
  readonly method = 'INVITE'
  readonly flow: Flow
  readonly #ground: AttemptGround
  readonly #timers: TimerValues
  /** Let go with the final response: what comes then needs no request, and may go on for half a minute. */
  #sent: SentRequest | undefined
  readonly #patienceMs: number | undefined
  readonly #retransmission = new WheelTimer<TimerName>(this)
  readonly #lifetime = new WheelTimer<TimerName>(this)
  #intervalMs: number
  #state: InviteClientState = 'initial'
  #listener: AttemptListener
  /** Set once a CANCEL is wanted; it may have to wait for a provisional response. */
  #cancelHeaders: ExtraHeaders | undefined
  #isForsaken = false
  #ack: Buffer | undefined
  /** To tags of the 2xx that were reported: one for each fork that answered. */
  #acceptedTags: (string | undefined)[] = []

  /** `patienceMs`: how long the hop may stay silent before the listener hears of it; undefined: it is not asked. */
  constructor(ground: AttemptGround, sent: SentRequest, listener: AttemptListener, patienceMs?: number) {
    this.branch = sent.branch
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
    this.#dispatch(eventOf(response.status), response, flow)
  }

  transportFailed(cause: Error): void {
    this.#dispatch('transport-error', undefined, undefined, cause)
  }

  cancel(headers: ExtraHeaders): void {
    if (this.#cancelHeaders) return
    this.#cancelHeaders = headers
    if (this.#state === 'proceeding') this.#sendCancel(headers)
  }

  giveUp(): void {
    this.#listener = onlyLateAnswers(this.#listener)
    this.#cancelIfItLives()
  }

  /** A 2xx that comes all the same is a stray. */
  forsake(): void {
    this.#isForsaken = true
    this.#listener = nobodyListens
    this.#cancelIfItLives()
  }

  drop(): void {
    this.#state = 'terminated'
    this.#end()
  }

  onTimer(name: TimerName): void {
    switch (name) {
      case 'ringing-limit':
        this.cancel([])
        break
      case 'silence':
        this.#ground.wheel.start(this.#lifetime, 'timer-b', this.#timers.lifetimeMs)
        this.#listener.onSilence()
        break
      default:
        this.#dispatch(name)
    }
  }

  #dispatch(event: InviteClientEvent, response?: SipResponse, flow?: Flow, cause?: Error): void {
    const transition = nextInviteClient(this.#state, event)
    if (!transition) return
    this.#state = transition[0]
    for (const action of transition[1]) this.#perform(action, response, flow, cause)
    if (this.#state === 'terminated') this.#end()
  }

  #perform(action: InviteClientAction, response?: SipResponse, flow?: Flow, cause?: Error): void {
    const wheel = this.#ground.wheel
    switch (action) {
      case 'send-request':
        this.#transmit()
        break
      case 'resend-request':
        this.#ground.countResent()
        this.#transmit()
        break
      case 'send-ack':
        this.#sendAck(response as SipResponse)
        break
      case 'start-timer-a':
        if (this.#timers.retransmitMs === undefined) break
        wheel.start(this.#retransmission, 'timer-a', this.#intervalMs)
        this.#intervalMs *= 2
        break
      case 'start-timer-b':
        if (this.#patienceMs === undefined) wheel.start(this.#lifetime, 'timer-b', this.#timers.lifetimeMs)
        else wheel.start(this.#lifetime, 'silence', this.#patienceMs)
        break
      case 'start-timer-d':
        wheel.start(this.#lifetime, 'timer-d', this.#timers.timerDMs)
        break
      case 'start-timer-m':
        wheel.start(this.#lifetime, 'timer-m', this.#timers.lifetimeMs)
        break
      case 'stop-timers':
        wheel.stop(this.#retransmission)
        wheel.stop(this.#lifetime)
        break
      case 'report-response':
        this.#report(response as SipResponse, flow as Flow)
        break
      case 'report-another-2xx':
        this.#reportSuccess(response as SipResponse, flow as Flow)
        break
      case 'report-timeout':
        this.#listener.onFailure('timeout', new Error('no final response to INVITE'))
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
    this.#ground.settled(this)
    if (response.status < 200) {
      this.#reportProvisional(response, flow)
      return
    }
    this.#sent = undefined
    if (response.status < 300) this.#reportSuccess(response, flow)
    else this.#listener.onResponse(response, flow)
  }

  #reportProvisional(response: SipResponse, flow: Flow): void {
    if (this.#lifetime.name !== 'cancel-expired') {
      if (this.#cancelHeaders) this.#sendCancel(this.#cancelHeaders)
      else this.#ground.wheel.start(this.#lifetime, 'ringing-limit', this.#ground.ringingLimitMs)
    }
    this.#listener.onResponse(response, flow)
  }

  /** The first 2xx of each fork is an answer; the rest, and those nobody waits for, are for the core to acknowledge. */
  #reportSuccess(response: SipResponse, flow: Flow): void {
    const tag = response.to.tag
    if (this.#isForsaken || this.#acceptedTags.includes(tag)) {
      this.#ground.onStrayResponse(response, flow)
      return
    }
    this.#acceptedTags.push(tag)
    this.#listener.onResponse(response, flow)
  }

  #sendAck(response: SipResponse): void {
    if (this.#sent && !this.#ack) {
      this.#ack = ackFor(this.#sent, response).toBuffer()
    }
    if (this.#ack) this.#ground.transport.send(this.flow, this.#ack)
  }

  #cancelIfItLives(): void {
    this.#ground.wheel.stop(this.#retransmission)
    this.cancel([])
  }

  /** A transaction of its own with the branch of the INVITE; what is answered to it does not matter. */
  #sendCancel(headers: ExtraHeaders): void {
    if (!this.#sent) return
    const request = cancelFor(this.#sent, headers)
    new NonInviteAttempt(this.#ground, { ...this.#sent, request }, nobodyListens).start()
    this.#ground.wheel.start(this.#lifetime, 'cancel-expired', this.#timers.lifetimeMs)
  }

  #end(): void {
    this.#ground.wheel.stop(this.#retransmission)
    this.#ground.wheel.stop(this.#lifetime)
    this.#ground.forget(this)
  }
}

function eventOf(status: number): InviteClientEvent {
  if (status < 200) return '1xx'
  return status < 300 ? '2xx' : '3xx-6xx'
}
