import { parseArgs } from 'node:util'
import { adminPlace } from '../config/admin-place.ts'
import { adminUrl } from './box-api.ts'
import type { Command } from './command.ts'

// The box itself waits two seconds for its engine and its disk.
const answerWithinMs = 2_800

/** For the health check of a container or of a monitoring system: one line, and exit code 0 or 1 within three seconds. */
export const healthCommand: Command = {
  name: 'health',
  summary: 'whether the running box does its work: one line, exit code 0 or 1   [--config FILE]',
  async run(argv) {
    const { values } = parseArgs({ args: [...argv], options: { config: { type: 'string' } } })
    const sick = await notAliveBecause(values.config)
    console.log(sick ?? 'alive')
    return sick === undefined ? 0 : 1
  },
}

async function notAliveBecause(configPath: string | undefined): Promise<string | undefined> {
  let place = 'the place that the config says'
  try {
    place = adminUrl(adminPlace(configPath))
    const response = await fetch(`${place}/livez`, { signal: AbortSignal.timeout(answerWithinMs) })
    const { why } = (await response.json()) as { why?: string }
    return why ?? (response.ok ? undefined : `the box answered ${response.status}`)
  } catch (error) {
    const { message, cause } = error as Error
    return `no box answers at ${place}: ${cause instanceof Error ? cause.message : message}`
  }
}
