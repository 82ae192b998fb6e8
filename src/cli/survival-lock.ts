import { parseArgs } from 'node:util'
import { loadConfig } from '../config/load.ts'
import { longestLockMs } from '../survival/health/pbx-lock.ts'
import type { PbxView } from '../survival/health/pbx-view.ts'
import { askBox, type BoxOrder } from './box-api.ts'
import { type Command, UsageError } from './command.ts'
import { describePbx } from './described-pbx.ts'
import { operator } from './survival-switch.ts'

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** Without a time it holds until it is unlocked, a week at most. */
export const survivalLockCommand: Command = {
  name: 'lock',
  summary: 'keep a PBX in survival, or out of it, whatever is seen of it   PBX survival|normal [--for 2h]',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { config: { type: 'string' }, for: { type: 'string' } },
    })
    const [name, to] = positionals
    const seconds = values.for === undefined ? undefined : readSeconds(values.for)
    if (name === undefined || (to !== 'survival' && to !== 'normal')) {
      throw new UsageError('causeway survival lock PBX survival|normal [--for 90s|30m|2h|1d]')
    }
    const body = { to, by: operator(), ...(seconds !== undefined && { seconds }) }
    return tell(values.config, name, { method: 'PUT', body })
  },
}

export const survivalUnlockCommand: Command = {
  name: 'unlock',
  summary: 'let the box judge a PBX by what is seen of it again   PBX',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { config: { type: 'string' } },
    })
    const [name] = positionals
    if (name === undefined) throw new UsageError('causeway survival unlock PBX')
    return tell(values.config, name, { method: 'DELETE', body: { by: operator() } })
  },
}

async function tell(config: string | undefined, name: string, order: BoxOrder): Promise<number> {
  const { admin } = loadConfig(config).config
  const path = `/api/survival/pbxs/${encodeURIComponent(name)}/lock`
  const { pbx } = (await askBox(admin, path, undefined, order)) as { pbx: PbxView }
  console.log(describePbx(pbx, Date.now()))
  return 0
}

function readSeconds(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const seconds = Number(count) * (unitSeconds[unit] ?? Number.NaN)
  if (!(seconds > 0)) throw new UsageError('--for takes a number and s, m, h or d, such as 90s, 30m, 2h')
  if (seconds > longestLockMs / 1_000) throw new UsageError('a lock lasts a week at most: --for 7d')
  return seconds
}
