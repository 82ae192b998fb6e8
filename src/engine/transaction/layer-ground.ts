import type { Log } from '../../lib/log.ts'
import type { Flow } from '../transport/flow.ts'
import type { Transport } from '../transport/transport-layer.ts'
import type { LayerCounts } from './layer-counts.ts'
import type { TimerValues } from './timer-values.ts'
import type { TimerWheel } from './timer-wheel.ts'
import type { TransactionSettings } from './transaction-settings.ts'
import type { TransactionUser } from './transaction-user.ts'

/** What both sides of the layer stand on. */
export interface LayerGround {
  readonly transport: Transport
  readonly user: TransactionUser
  readonly wheel: TimerWheel
  readonly settings: TransactionSettings
  readonly counts: LayerCounts
  readonly log: Log
  /** Aborted when the layer stops. */
  readonly signal: AbortSignal
  timersFor(flow: Flow): TimerValues
  /** Something was thrown that nobody expected: logged, and nothing else suffers. */
  onBug(cause: unknown): void
}
