import { BoxUnavailable } from './box-api.ts'
import { type Command, UsageError } from './command.ts'
import { survivalImportCommand } from './survival-import.ts'
import { survivalLockCommand, survivalUnlockCommand } from './survival-lock.ts'
import { survivalReadinessCommand } from './survival-readiness.ts'
import { survivalRehearseCommand } from './survival-rehearse.ts'
import { survivalReportsCommand } from './survival-reports.ts'
import { survivalStatusCommand } from './survival-status.ts'
import { survivalSwitchCommand } from './survival-switch.ts'

const commands: readonly Command[] = [
  survivalStatusCommand,
  survivalSwitchCommand,
  survivalLockCommand,
  survivalUnlockCommand,
  survivalImportCommand,
  survivalReadinessCommand,
  survivalRehearseCommand,
  survivalReportsCommand,
]

/** Troubles that an operator can do something about: the message alone, no stack. */
const expected = new Set(['ConfigInvalid'])

function usageOf({ name, summary }: Command): string {
  return `causeway survival ${name}  ${summary}`
}

/** `causeway survival …`: what the box does when a PBX is gone. Exit code 1 when the box cannot be asked or refuses. */
export const survivalCommand: Command = {
  name: 'survival',
  summary: `when the PBX is gone: ${commands.map(({ name }) => name).join(' | ')}   [--config FILE] [--json]`,
  async run([name, ...rest]) {
    const command = commands.find((each) => each.name === name)
    const isHelpAsked = [name, ...rest].some((word) => word === '--help' || word === '-h')
    const usage = (command ? [command] : commands).map(usageOf).join('\n')
    if (!command && !isHelpAsked) throw new UsageError(usage)
    if (!command || isHelpAsked) {
      console.log(usage)
      return 0
    }
    try {
      return await command.run(rest)
    } catch (error) {
      if (!(error instanceof BoxUnavailable) && !expected.has((error as Error).name)) throw error
      console.error((error as Error).message)
      return 1
    }
  },
}
