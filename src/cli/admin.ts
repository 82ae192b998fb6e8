import { adminPasswordCommand } from './admin-password.ts'
import { type Command, UsageError } from './command.ts'

/** `causeway admin …`: what belongs to the pages. Exit code 1 when the config or the disk does not let it. */
export const adminCommand: Command = {
  name: 'admin',
  summary: `${adminPasswordCommand.name} ${adminPasswordCommand.summary}`,
  async run([name, ...rest]) {
    if (name !== adminPasswordCommand.name)
      throw new UsageError(`causeway admin ${adminPasswordCommand.name} ${adminPasswordCommand.summary}`)
    try {
      return await adminPasswordCommand.run(rest)
    } catch (error) {
      const { name: kind, message, errno } = error as NodeJS.ErrnoException
      // What the file system says names the file.
      if (kind !== 'ConfigInvalid' && errno === undefined) throw error
      console.error(message)
      return 1
    }
  },
}
