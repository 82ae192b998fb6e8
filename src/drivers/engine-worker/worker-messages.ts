import type { ControlSpec } from '../../engine/control/control-server.ts'
import type { EngineCounts } from '../../engine/engine.ts'
import type { EngineSettings } from '../../engine/engine-settings.ts'
import type { TracedMessage } from '../../engine/observation/traced-message.ts'
import type { Standing } from '../../engine/protection/standing.ts'
import type { Penalty } from '../../engine/transaction/penalty-table.ts'
import type { ListeningPoint } from '../../engine/transport/flow.ts'
import type { Hop, HopQuery } from '../../engine/transport/hop.ts'
import type { ListenSpec } from '../../engine/transport/listen-spec.ts'
import type { TlsCredentials } from '../../engine/transport/tls-credentials.ts'
import type { LogFields } from '../../lib/log.ts'

/** What the worker is started with; it must survive a structured clone. */
export interface WorkerTask {
  readonly listen: readonly ListenSpec[]
  readonly control: ControlSpec
  readonly settings: Partial<EngineSettings>
  readonly dns: {
    readonly servers: readonly string[]
    readonly timeoutMs: number
    readonly serveStaleSeconds: number
  }
  /** Hosts that end in one of these are peers: the main thread knows where they are. */
  readonly peerSuffixes: readonly string[]
  /** Whether debug lines are worth their way to the main thread. */
  readonly isDebugging: boolean
}

/** What the main thread asks of the engine while it runs. */
export type EngineQuestion =
  | { readonly about: 'presence' }
  | { readonly about: 'counts' }
  | { readonly about: 'penalties' }
  | { readonly about: 'call'; readonly callId: string; readonly legPrefix: string | undefined }

export type EngineAnswer =
  | { readonly about: 'presence' }
  | { readonly about: 'counts'; readonly value: EngineCounts }
  | { readonly about: 'penalties'; readonly value: readonly Penalty[] }
  | { readonly about: 'call'; readonly value: readonly TracedMessage[] }

export type FromWorker =
  | {
      readonly type: 'ready'
      readonly controlPort: number
      readonly listeningPoints: readonly ListeningPoint[]
    }
  | { readonly type: 'moved'; readonly listeningPoints: readonly ListeningPoint[] }
  | { readonly type: 'failed'; readonly message: string; readonly code: string | undefined }
  | { readonly type: 'log'; readonly level: LogLevel; readonly fields: LogFields; readonly sentence: string }
  | { readonly type: 'answer'; readonly id: number; readonly answer: EngineAnswer }
  | { readonly type: 'resolve'; readonly id: number; readonly query: HopQuery }

export type ToWorker =
  | { readonly type: 'stop' }
  | { readonly type: 'ask'; readonly id: number; readonly question: EngineQuestion }
  | { readonly type: 'credentials'; readonly credentials: TlsCredentials }
  | { readonly type: 'standing'; readonly source: string; readonly standing: Standing | undefined }
  | { readonly type: 'neighbours'; readonly addresses: readonly string[] }
  | { readonly type: 'suffixes'; readonly suffixes: readonly string[] }
  | {
      readonly type: 'hops'
      readonly id: number
      readonly hops: readonly Hop[]
      readonly error: string | undefined
    }

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
