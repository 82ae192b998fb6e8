import { parseArgs } from 'node:util'
import { ConfigInvalid } from '../config/config-invalid.ts'
import { loadCheckedConfig } from './checked-config.ts'
import type { Command } from './command.ts'

export const checkConfigCommand: Command = {
  name: 'check-config',
  summary: 'read a config file and say what is wrong with it   [--config FILE]',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { config: { type: 'string' } },
    })
    try {
      const { notes } = loadCheckedConfig(values.config ?? positionals[0])
      for (const note of notes) console.log(note)
      console.log('the config is good')
      return 0
    } catch (error) {
      if (!(error instanceof ConfigInvalid)) throw error
      console.error(error.message)
      return 1
    }
  },
}
