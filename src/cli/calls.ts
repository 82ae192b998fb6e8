import { callsExportCommand } from './calls-export.ts'
import { callsShowCommand } from './calls-show.ts'
import { type Command, UsageError } from './command.ts'

const commands: readonly Command[] = [callsExportCommand, callsShowCommand]

/** `causeway calls …`: what the box has written down about its calls. */
export const callsCommand: Command = {
  name: 'calls',
  summary: 'call records: export them, or show one   export | show',
  async run([name, ...rest]) {
    const command = commands.find((each) => each.name === name)
    if (!command) {
      throw new UsageError(commands.map((each) => `causeway calls ${each.name}  ${each.summary}`).join('\n'))
    }
    return command.run(rest)
  },
}
