import { parseArgs } from 'node:util'
import { loadConfig } from '../config/load.ts'
import { headlineOf } from '../survival/outages/headline.ts'
import type { OutageReport } from '../survival/outages/outage-report.ts'
import { printReport } from '../survival/outages/printed-report.ts'
import { askBox } from './box-api.ts'
import type { Command } from './command.ts'

/** Exit code 1 when there is no such outage. */
export const survivalReportsCommand: Command = {
  name: 'reports',
  summary: 'outages and what they were like   [ID] [--json]',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { config: { type: 'string' }, json: { type: 'boolean' } },
    })
    const { admin } = loadConfig(values.config).config
    const [id] = positionals
    if (id !== undefined) {
      const { outage } = (await askBox(admin, `/api/survival/outages/${encodeURIComponent(id)}`)) as {
        outage: OutageReport
      }
      console.log(values.json ? JSON.stringify(outage) : printReport(outage))
      return 0
    }
    const { outages } = (await askBox(admin, '/api/survival/outages')) as { outages: readonly OutageReport[] }
    if (values.json) console.log(JSON.stringify(outages))
    else console.log(outages.map(headlineOf).join('\n') || 'there was no outage')
    return 0
  },
}
