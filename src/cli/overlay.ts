import { BoxUnavailable } from './box-api.ts'
import { type Command, UsageError } from './command.ts'
import { overlayCreateCommand } from './overlay-create.ts'
import { overlayInviteCommand } from './overlay-invite.ts'
import { overlayJoinCommand } from './overlay-join.ts'
import { overlayLookupCommand } from './overlay-lookup.ts'
import { overlayPeersCommand } from './overlay-peers.ts'

const commands: readonly Command[] = [
  overlayCreateCommand,
  overlayInviteCommand,
  overlayJoinCommand,
  overlayPeersCommand,
  overlayLookupCommand,
]

// Troubles that an operator can do something about: the message alone, no stack.
const expected = new Set(['MembershipProblem', 'EnrolmentFailed', 'TicketUnreadable', 'ConfigInvalid'])

export const overlayCommand: Command = {
  name: 'overlay',
  summary: 'create | invite | join | peers | lookup   [--config FILE] [--data-dir DIR] [--json]',
  async run(argv) {
    const [name, ...rest] = argv
    const command = commands.find((candidate) => candidate.name === name)
    if (!command) throw new UsageError(usage(name))
    try {
      return await command.run(rest)
    } catch (error) {
      if (!(error instanceof BoxUnavailable) && !expected.has((error as Error).name)) throw error
      console.error((error as Error).message)
      return 1
    }
  },
}

function usage(name: string | undefined): string {
  const width = Math.max(...commands.map((command) => command.name.length))
  const lines = commands.map(
    (command) => `  causeway overlay ${command.name.padEnd(width)}  ${command.summary}`,
  )
  return [
    name ? `there is no command "overlay ${name}"` : 'say what to do with the overlay',
    '',
    ...lines,
  ].join('\n')
}
