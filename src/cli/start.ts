import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { ConfigInvalid } from '../config/config-invalid.ts'
import type { LoadedConfig } from '../config/load.ts'
import { serviceEnvironment } from '../config/service-environment.ts'
import { createLog } from '../drivers/pino-log.ts'
import { NotifyProgram } from '../drivers/systemd/notify-program.ts'
import { SupervisedService } from '../drivers/systemd/supervised-service.ts'
import { type Box, buildBox } from '../gateway.ts'
import { systemClock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { haveHelpersStandBack } from '../lib/v8-helpers.ts'
import { runUntilStopped } from './box-lifetime.ts'
import { loadCheckedConfig } from './checked-config.ts'
import type { Command } from './command.ts'

export const startCommand: Command = {
  name: 'start',
  summary: 'run the box   [--config FILE]',
  async run(argv) {
    const { values } = parseArgs({ args: [...argv], options: { config: { type: 'string' } } })
    const loaded = load(values.config)
    if (!loaded) return 1
    const log = createLog(loaded.config.box.logLevel)
    for (const note of loaded.notes) log.info({}, note)
    haveHelpersStandBack(log)
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
  const gateway = await endingWhenTold(() => startGateway(loaded, log))
  if (!gateway) return 1
  log.info({ admin: gateway.adminUrl, listening: gateway.listening }, 'ready')
  const service = supervised(gateway, log)
  await service?.start()
  const reload = () => {
    service?.reloading()
    gateway.reloadCertificate()
    service?.reloaded()
  }
  process.on('SIGHUP', reload)
  try {
    const end = () => process.exit(1)
    return await runUntilStopped({ box: gateway, service, nextSignal, clock: systemClock, log, end })
  } finally {
    process.off('SIGHUP', reload)
    await service?.stop()
  }
}

/** As the first process of a container the box ends by no signal that nobody listens to; there are no calls yet. */
async function endingWhenTold<Value>(run: () => Promise<Value>): Promise<Value> {
  const end = () => process.exit(0)
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.on(signal, end)
  try {
    return await run()
  } finally {
    for (const signal of signals) process.off(signal, end)
  }
}

function nextSignal(): Promise<unknown> {
  return Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
}

/** Undefined when nobody who started the box wants to know how it is. */
function supervised(box: Box, log: Log): SupervisedService | undefined {
  const { isNotified, watchdogMs } = serviceEnvironment()
  if (!isNotified) return undefined
  return new SupervisedService({ manager: new NotifyProgram(), box, watchdogMs, clock: systemClock, log })
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
