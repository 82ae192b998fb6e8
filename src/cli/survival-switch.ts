import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import { loadConfig } from '../config/load.ts'
import type { PbxView } from '../survival/health/pbx-view.ts'
import { askBox } from './box-api.ts'
import { type Command, UsageError } from './command.ts'
import { describePbx } from './described-pbx.ts'

const usage = 'causeway survival switch PBX survival|normal'

/** What a person says once; the witnesses go on from there. */
export const survivalSwitchCommand: Command = {
  name: 'switch',
  summary: 'make the box stand in for a PBX now, or hand back to it   PBX survival|normal',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { config: { type: 'string' } },
    })
    const [name, to] = positionals
    if (name === undefined || (to !== 'survival' && to !== 'normal')) throw new UsageError(usage)
    const { admin } = loadConfig(values.config).config
    const path = `/api/survival/pbxs/${encodeURIComponent(name)}/switch`
    const order = { method: 'POST', body: { to, by: operator() } } as const
    const { pbx } = (await askBox(admin, path, undefined, order)) as { pbx: PbxView }
    console.log(describePbx(pbx, Date.now()))
    return 0
  },
}

/** Who types, for the log. */
export function operator(): string {
  return `${userInfo().username} at the command line`
}
