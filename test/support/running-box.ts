import { configSchema } from '../../src/config/schema.ts'
import { Gateway } from '../../src/gateway.ts'
import { type Log, silentLog } from '../../src/lib/log.ts'
import { freePort } from './free-port.ts'
import { TemporaryFolder } from './temporary-folder.ts'

/** A whole box in this process, on loopback; without pages unless the config enables them. */
export interface RunningBox {
  /** Where phones send their requests. */
  readonly server: { readonly host: string; readonly port: number }
  /** `http://host:port`; undefined without pages. */
  readonly adminUrl: string | undefined
  stop(): Promise<void>
}

/** `config` as an operator writes it, but for `sip.listen`, which is a free port for UDP and TCP. */
export async function runBox(config: Record<string, unknown>, log: Log = silentLog): Promise<RunningBox> {
  const folder = new TemporaryFolder('box')
  const port = await freePort()
  const sip = { ...(config.sip as object | undefined), listen: [`sip:127.0.0.1:${port};transport=udp,tcp`] }
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
  return { server: { host: '127.0.0.1', port }, adminUrl: gateway.adminUrl, stop }
}
