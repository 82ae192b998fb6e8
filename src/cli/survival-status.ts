import { parseArgs } from 'node:util'
import { loadConfig } from '../config/load.ts'
import type { Fault } from '../survival/health/diagnosis.ts'
import type { PbxView } from '../survival/health/pbx-view.ts'
import { askBox } from './box-api.ts'
import type { Command } from './command.ts'
import { describePbx } from './described-pbx.ts'

/** Exit code 4 when the box stands in for a PBX. */
export const survivalStatusCommand: Command = {
  name: 'status',
  summary: 'how each PBX is, and what is wrong   [--json]',
  async run(argv) {
    const { values } = parseArgs({
      args: [...argv],
      options: { config: { type: 'string' }, json: { type: 'boolean' } },
    })
    const { admin } = loadConfig(values.config).config
    const { pbxs, faults } = (await askBox(admin, '/api/survival/pbxs')) as {
      pbxs: readonly PbxView[]
      faults: readonly Fault[]
    }
    if (values.json) console.log(JSON.stringify({ pbxs, faults }))
    else console.log(print(pbxs, faults))
    return pbxs.some(({ state }) => state === 'survival' || state === 'returning') ? 4 : 0
  },
}

function print(pbxs: readonly PbxView[], faults: readonly Fault[]): string {
  if (pbxs.length === 0) return 'this box stands beside no PBX'
  const wrong = faults.length === 0 ? ['nothing is wrong'] : faults.map(({ text }) => `wrong: ${text}`)
  return [...pbxs.map((pbx) => describePbx(pbx, Date.now())), wrong.join('\n')].join('\n\n')
}
