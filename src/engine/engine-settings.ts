import type { RequestHandler } from './control/request-handler.ts'
import type { CaptureSettings } from './observation/hep-capture.ts'
import type { TraceSettings } from './observation/trace-settings.ts'
import type { OverloadSettings } from './overload/overload-settings.ts'
import type { ProtectionSettings } from './protection/protection-settings.ts'
import type { TransactionSettings } from './transaction/transaction-settings.ts'
import type { TransportSettings } from './transport/transport-settings.ts'

/** What of the engine can be tuned. Times in milliseconds, sizes in bytes. */
export interface EngineSettings {
  readonly transport: Partial<TransportSettings>
  /** Timer values, the delay of the automatic 100, hop fail-over, limits of transactions. */
  readonly transaction: Partial<TransactionSettings>
  /** When new requests are turned away because the engine lags. */
  readonly overload: Partial<OverloadSettings>
  /** Whom the engine listens to; by default to everybody. */
  readonly protection: Partial<ProtectionSettings>
  /** Where copies of all messages go; undefined: nowhere. */
  readonly capture: CaptureSettings | undefined
  /** What is kept of the messages of calls, to be looked at. */
  readonly trace: Partial<TraceSettings>
  /** Dialogs at a time; beyond it new INVITEs get 503. */
  readonly maxDialogs: number
  /** How long an application may leave an INVITE without any word before the caller gets 408. */
  readonly applicationSilenceMs: number
  /** RFC 3261 §16.6 step 11: more than three minutes. */
  readonly timerCMs: number
  /** Who decides about new requests, if not the applications that have a route for them. */
  readonly requestHandlers: readonly RequestHandler[]
  readonly maxApplications: number
  /** Connections at a time to applications that listen, as `requestHandlers` say. */
  readonly maxDialedApplications: number
  /** Longest frame that an application may send. */
  readonly maxFrameBytes: number
  /** Bytes that may wait for an application that does not read. */
  readonly maxQueuedFrameBytes: number
  readonly authenticateWithinMs: number
  /** Makes the tokens in Record-Route; the same after a restart keeps dialogs alive. By default it is made from the control secret. */
  readonly recordRouteSecret: string | undefined
}

export const defaultEngineSettings: EngineSettings = {
  transport: {},
  transaction: {},
  overload: {},
  protection: {},
  capture: undefined,
  trace: {},
  maxDialogs: 100_000,
  applicationSilenceMs: 64_000,
  timerCMs: 185_000,
  requestHandlers: [],
  maxApplications: 64,
  maxDialedApplications: 4_096,
  maxFrameBytes: 1024 * 1024,
  maxQueuedFrameBytes: 64 * 1024 * 1024,
  authenticateWithinMs: 10_000,
  recordRouteSecret: undefined,
}
