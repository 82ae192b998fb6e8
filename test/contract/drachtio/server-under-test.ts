import type { ControlTls } from '../../../src/engine/control/control-server.ts'
import { Engine } from '../../../src/engine/engine.ts'
import type { EngineSettings } from '../../../src/engine/engine-settings.ts'
import { NumericResolver } from '../../../src/engine/transport/numeric-resolver.ts'
import { type Log, silentLog } from '../../../src/lib/log.ts'
import { type NamedEngine, namedEngines } from '../../support/named-engine.ts'

/** A server that speaks drachtio's control protocol, whoever made it. */
export interface ServerUnderTest {
  readonly control: { readonly host: string; readonly port: number; readonly secret: string }
  /** 0 when applications cannot connect by TLS. */
  readonly controlTlsPort: number
  readonly sip: { readonly host: string; readonly port: number; readonly tcpPort: number }
  /** Lines that the server logged as errors: a bug, whatever the test says. */
  readonly errors: readonly string[]
  stop(): Promise<void>
}

/** A running server to be tested in place of our engine. */
const [named] = namedEngines

/** Why a test cannot be asked of a server that is running already. */
type Reason =
  | 'shorter timers'
  | 'settings of its own'
  | 'a second server'
  | 'more than drachtio-server promises'

/** True for our own engine; on any other server the reader of the run hears why a test is left out; its name is listed as skipped. */
export function onOurEngine(needs: Reason): boolean {
  if (named) console.warn(`a test is left out on port ${named.control.port}: it needs ${needs}`)
  return named === undefined
}

export type TestSettings = Partial<EngineSettings>

export async function startServer(settings: TestSettings = {}, tls?: ControlTls): Promise<ServerUnderTest> {
  return named ? runningServer(named) : startEngine(settings, tls)
}

async function startEngine(settings: TestSettings, tls: ControlTls | undefined): Promise<ServerUnderTest> {
  const errors: string[] = []
  const log: Log = {
    ...silentLog,
    error: (fields, sentence) => errors.push(`${sentence}: ${inspect(fields)}`),
    child: () => log,
  }
  const host = '127.0.0.1'
  const secret = 'open sesame'
  const engine = new Engine({
    listen: [
      { transport: 'udp', address: host, port: 0 },
      { transport: 'tcp', address: host, port: 0 },
    ],
    control: { host, port: 0, secret, tls },
    resolver: new NumericResolver(),
    log,
    settings,
  })
  await engine.start()
  return {
    control: { host, port: engine.controlPort, secret },
    controlTlsPort: engine.controlTlsPort,
    sip: { host, port: portOf(engine, 'udp'), tcpPort: portOf(engine, 'tcp') },
    errors,
    stop: () => engine.stop(),
  }
}

function portOf(engine: Engine, transport: string): number {
  return engine.listeningPoints.find((point) => point.transport === transport)?.port ?? 0
}

function runningServer({ control, sip }: NamedEngine): ServerUnderTest {
  return {
    control,
    controlTlsPort: 0,
    sip: { ...sip, tcpPort: sip.port },
    errors: [],
    stop: async () => undefined,
  }
}

function inspect(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(
      ([key, value]) => `${key}=${value instanceof Error ? (value.stack ?? value.message) : String(value)}`,
    )
    .join(' ')
}
