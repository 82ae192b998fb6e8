import type { SipRequest } from '../message/message.ts'
import type { Flow } from '../transport/flow.ts'
import type { Transport } from '../transport/transport-layer.ts'
import type { TimerValues } from './timer-values.ts'
import type { TimerWheel } from './timer-wheel.ts'
import type { ServerTransaction } from './transaction-user.ts'

/** What server transactions need of the layer. */
export interface ServerGround {
  readonly transport: Transport
  readonly wheel: TimerWheel
  readonly autoTryingAfterMs: number
  readonly ringingLimitMs: number
  /** Aborted when the layer stops. */
  readonly signal: AbortSignal
  timersFor(flow: Flow): TimerValues
  countResent(): void
  /** A request was never answered, or the answer never acknowledged. */
  countTimeout(): void
  /** The final response to an INVITE outside dialogs goes out. */
  countAnswer(tookMs: number): void
  onAck(ack: SipRequest, flow: Flow): void
  /** The transaction is over: tells the core, too. */
  forget(transaction: ServerTransaction): void
}
