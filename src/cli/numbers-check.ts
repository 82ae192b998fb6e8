import { parseArgs } from 'node:util'
import { loadConfig } from '../config/load.ts'
import { lintNumbers } from '../numbering/number-lint.ts'
import type { Command } from './command.ts'

/** Exit code 1 when something is wrong; warnings alone are 0. Reads the config, asks no running box. */
export const checkNumbersCommand: Command = {
  name: 'check',
  summary:
    'rules that never fit, numbers that ring nobody, names that hide a service   [--config FILE] [--json]',
  async run(argv) {
    const { values } = parseArgs({
      args: [...argv],
      options: { config: { type: 'string' }, json: { type: 'boolean' } },
    })
    const findings = lintNumbers(loadConfig(values.config).config)
    if (values.json) console.log(JSON.stringify({ findings }))
    else if (findings.length === 0) console.log('the number plan is good')
    else for (const { severity, key, text } of findings) console.log(`${severity}: ${key}: ${text}`)
    return findings.some(({ severity }) => severity === 'error') ? 1 : 0
  },
}
