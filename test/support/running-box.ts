import { configSchema } from '../../src/config/schema.ts'
import { Gateway } from '../../src/gateway.ts'
import { type Log, silentLog } from '../../src/lib/log.ts'
import { freePort } from './free-port.ts'
import { giveBack, type NamedEngine, namedEngines, sipOver, takeEngine } from './named-engine.ts'
import { TemporaryFolder } from './temporary-folder.ts'

/** A whole box in this process, on loopback; without pages unless the config enables them. */
export interface RunningBox {
  /** Where phones send their requests. */
  readonly server: { readonly host: string; readonly port: number }
  /** `http://host:port`; undefined without pages. */
  readonly adminUrl: string | undefined
  stop(): Promise<void>
}

/**
 * `config` as an operator writes it, but for `sip.listen`, which is a free port for UDP and TCP. Over an engine that the
 * environment names where one is named; the test is left out when each of those has its box.
 */
export async function runBox(config: Record<string, unknown>, log: Log = silentLog): Promise<RunningBox> {
  if (namedEngines.length === 0) {
    const port = await freePort()
    return boxAt({ host: '127.0.0.1', port }, config, log)
  }
  const engine = takeEngine()
  try {
    const box = await runBoxOver(engine, config, log)
    const stop = () => box.stop().finally(() => giveBack(engine))
    return { ...box, stop }
  } catch (error) {
    giveBack(engine)
    throw error
  }
}

/** The same over this engine. */
export function runBoxOver(
  engine: NamedEngine,
  config: Record<string, unknown>,
  log: Log = silentLog,
): Promise<RunningBox> {
  return boxAt(
    engine.sip,
    { ...config, sip: { ...(config.sip as object | undefined), ...sipOver(engine) } },
    log,
  )
}

async function boxAt(
  server: RunningBox['server'],
  config: Record<string, unknown>,
  log: Log,
): Promise<RunningBox> {
  const folder = new TemporaryFolder('box')
  const listen = [`sip:${server.host}:${server.port};transport=udp,tcp`]
  const sip = { ...(config.sip as object | undefined), listen }
  const parsed = configSchema.parse({ admin: { enabled: false }, ...config, sip })
  const gateway = new Gateway(
    { config: parsed, path: undefined, folder: folder.path, dataDir: folder.path, notes: [] },
    log,
  )
  const stop = async () => {
    await gateway.stop()
    folder.remove()
  }
  try {
    await gateway.start()
  } catch (error) {
    await stop()
    throw error
  }
  return { server, adminUrl: gateway.adminUrl, stop }
}
