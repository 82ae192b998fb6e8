import type { Histogram } from '../../lib/histogram.ts'
import type { Log } from '../../lib/log.ts'
import type { SipRequest } from '../message/message.ts'
import type { Flow } from '../transport/flow.ts'
import type { Transport } from '../transport/transport-layer.ts'
import type { LayerCounts } from './layer-counts.ts'
import type { TimerValues } from './timer-values.ts'
import type { TimerWheel } from './timer-wheel.ts'
import type { TransactionSettings } from './transaction-settings.ts'
import type { TransactionUser } from './transaction-user.ts'

/** Knows when the engine is too busy for more. */
export interface LoadShedder {
  /** Whether a request outside dialogs is to be turned away. */
  sheds(request: SipRequest): boolean
  /** A call for help, which has a place where others have none. */
  isUrgent(request: SipRequest): boolean
  /** Sees every request but ACK and CANCEL before it is answered. */
  note(request: SipRequest): void
}

/** What both sides of the layer stand on. */
export interface LayerGround {
  readonly transport: Transport
  readonly user: TransactionUser
  readonly wheel: TimerWheel
  readonly settings: TransactionSettings
  readonly counts: LayerCounts
  /** Seconds from an INVITE outside dialogs to its final response. */
  readonly answerDelays: Histogram
  readonly log: Log
  readonly shedder: LoadShedder | undefined
  /** Aborted when the layer stops. */
  readonly signal: AbortSignal
  timersFor(flow: Flow): TimerValues
  /** Something was thrown that nobody expected: logged, and nothing else suffers. */
  onBug(cause: unknown): void
}
