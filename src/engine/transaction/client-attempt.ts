import type { SipRequest, SipResponse } from '../message/message.ts'
import type { Flow } from '../transport/flow.ts'
import type { Transport } from '../transport/transport-layer.ts'
import type { TimerValues } from './timer-values.ts'
import type { TimerWheel } from './timer-wheel.ts'

/** What an attempt tells the one who made it. */
export interface AttemptListener {
  onResponse(response: SipResponse, flow: Flow): void
  onFailure(kind: 'timeout' | 'transport', cause: Error): void
  /** Nothing came within the patience that was given. The attempt goes on until it is forsaken. */
  onSilence(): void
  /** A 2xx to INVITE from an attempt that was given up: a phone has answered, and the call is up there. */
  onLateAnswer(response: SipResponse, flow: Flow): void
}

/** What attempts need of the layer. */
export interface AttemptGround {
  readonly transport: Transport
  readonly wheel: TimerWheel
  readonly ringingLimitMs: number
  timersFor(flow: Flow): TimerValues
  remember(attempt: ClientAttempt): void
  /** A sign of life came: a failure of the flow need not be told any more. */
  settled(attempt: ClientAttempt): void
  forget(attempt: ClientAttempt): void
  countResent(): void
  onStrayResponse(response: SipResponse, flow: Flow): void
}

/** One request on one hop: what RFC 3261 §17.1 calls a client transaction. */
export interface ClientAttempt {
  readonly branch: string
  readonly method: string
  readonly flow: Flow
  receive(response: SipResponse, flow: Flow): void
  transportFailed(cause: Error): void
  cancel(headers: ExtraHeaders): void
  /** For the next hop: only a late answer is still reported. What is owed to the protocol is done. */
  giveUp(): void
  /** Nothing more is reported; what is owed to the protocol is still done. */
  forsake(): void
  /** Ends at once and in silence. */
  drop(): void
}

export type ExtraHeaders = readonly (readonly [name: string, value: string])[]

/** One request on its way: the message with our Via on top, and where it goes. */
export interface SentRequest {
  readonly request: SipRequest
  /** The Via value that this attempt added. */
  readonly via: string
  readonly branch: string
  readonly flow: Flow
}

/** For an attempt whose outcome nobody waits for. */
export const nobodyListens: AttemptListener = {
  onResponse: () => undefined,
  onFailure: () => undefined,
  onSilence: () => undefined,
  onLateAnswer: () => undefined,
}

/** For an attempt that was given up. */
export function onlyLateAnswers(listener: AttemptListener): AttemptListener {
  return {
    ...nobodyListens,
    onResponse: (response, flow) => {
      if (response.status >= 200 && response.status < 300) listener.onLateAnswer(response, flow)
    },
    onLateAnswer: (response, flow) => listener.onLateAnswer(response, flow),
  }
}
