import { BoxUnavailable } from './box-api.ts'
import { type Command, UsageError } from './command.ts'
import { overlayAppointCommand } from './overlay-appoint.ts'
import { overlayApproveCommand, overlayRejectCommand } from './overlay-approve.ts'
import { overlayCreateCommand } from './overlay-create.ts'
import { overlayExportCommand } from './overlay-export.ts'
import { overlayInviteCommand } from './overlay-invite.ts'
import { overlayJoinCommand } from './overlay-join.ts'
import { overlayLookupCommand } from './overlay-lookup.ts'
import { overlayPeersCommand } from './overlay-peers.ts'
import { overlayPendingCommand } from './overlay-pending.ts'
import { overlayPingCommand } from './overlay-ping.ts'
import { overlayRestoreCommand } from './overlay-restore.ts'
import { overlayRevokeCommand } from './overlay-revoke.ts'
import { overlayServicesCommand } from './overlay-services.ts'
import { overlayStatusCommand } from './overlay-status.ts'
import { overlayTopologyCommand } from './overlay-topology.ts'
import { overlayTraceCommand } from './overlay-trace.ts'

const commands: readonly Command[] = [
  overlayCreateCommand,
  overlayInviteCommand,
  overlayJoinCommand,
  overlayPendingCommand,
  overlayApproveCommand,
  overlayRejectCommand,
  overlayRevokeCommand,
  overlayAppointCommand,
  overlayExportCommand,
  overlayRestoreCommand,
  overlayStatusCommand,
  overlayPeersCommand,
  overlayServicesCommand,
  overlayLookupCommand,
  overlayTraceCommand,
  overlayPingCommand,
  overlayTopologyCommand,
]

// Troubles that an operator can do something about: the message alone, no stack.
const expected = new Set([
  'MembershipProblem',
  'EnrolmentFailed',
  'EnrolmentPending',
  'TicketUnreadable',
  'TicketFileDamaged',
  'CredentialInvalid',
  'ArchiveUnreadable',
  'ConfigInvalid',
])

const diskTroubles = new Set(['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'EIO'])

export const overlayCommand: Command = {
  name: 'overlay',
  summary: `${commands.map(({ name }) => name).join(' | ')}   [--config FILE] [--data-dir DIR] [--json]`,
  async run(argv) {
    const [name, ...rest] = argv
    const command = commands.find((candidate) => candidate.name === name)
    if (!command) throw new UsageError(usage(name))
    try {
      return await command.run(rest)
    } catch (error) {
      const { name: kind, message, code } = error as NodeJS.ErrnoException
      if (code !== undefined && diskTroubles.has(code))
        console.error(`${message}: see to the disk, or to whom the folder belongs`)
      else if (error instanceof BoxUnavailable || expected.has(kind)) console.error(message)
      else throw error
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
