import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { ConfigInvalid } from '../config/config-invalid.ts'
import type { LoadedConfig } from '../config/load.ts'
import { createLog } from '../drivers/pino-log.ts'
import { type Box, buildBox } from '../gateway.ts'
import type { Log } from '../lib/log.ts'
import { loadCheckedConfig } from './checked-config.ts'
import type { Command } from './command.ts'

const drainWithinMs = 30_000

export const startCommand: Command = {
  name: 'start',
  summary: 'run the box   [--config FILE]',
  async run(argv) {
    const { values } = parseArgs({ args: [...argv], options: { config: { type: 'string' } } })
    const loaded = load(values.config)
    if (!loaded) return 1
    const log = createLog(loaded.config.box.logLevel)
    for (const note of loaded.notes) log.info({}, note)
    // Timers of the parts do not keep a process alive: what waits for one of them must not end the box.
    const alive = setInterval(() => undefined, 60_000)
    try {
      return await runBox(loaded, log)
    } finally {
      clearInterval(alive)
    }
  },
}

async function runBox(loaded: LoadedConfig, log: Log): Promise<number> {
  const gateway = await startGateway(loaded, log)
  if (!gateway) return 1
  log.info({ admin: gateway.adminUrl, listening: gateway.listening }, 'ready')
  const reload = () => gateway.reloadCertificate()
  process.on('SIGHUP', reload)
  try {
    return await runUntilStopped(gateway)
  } finally {
    process.off('SIGHUP', reload)
  }
}

function load(path: string | undefined): LoadedConfig | undefined {
  try {
    return loadCheckedConfig(path)
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error
    console.error(error.message)
    return undefined
  }
}

/** Undefined when the box cannot start; the operator has been told why. */
async function startGateway(loaded: LoadedConfig, log: Log): Promise<Box | undefined> {
  try {
    const gateway = buildBox(loaded, log)
    await gateway.start()
    return gateway
  } catch (error) {
    if (!(error instanceof Error) || isBug(error)) throw error
    log.error({ why: error.message }, 'the box cannot start')
    console.error(`the box cannot start: ${error.message}`)
    return undefined
  }
}

/** What the language throws is nobody's setting: it leaves with its stack. */
function isBug(error: Error): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError
}

/** First signal: no new calls, those under way may end. Second signal: stop at once. */
async function runUntilStopped(gateway: Box): Promise<number> {
  const signals = () => Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  const why = await Promise.race([signals(), gateway.broken])
  if (why instanceof Error) {
    await gateway.stop()
    return 1
  }
  await Promise.race([gateway.drain(drainWithinMs), signals()])
  await gateway.stop()
  return 0
}
