import { parseArgs } from 'node:util'
import { referredFile } from '../config/referred-file.ts'
import { shortestAdminToken } from '../config/shortest-admin-token.ts'
import { PasswordFile } from '../identity/password-file.ts'
import { askSecret } from './asked-secret.ts'
import { type Command, UsageError } from './command.ts'

const usage = `causeway admin password show | change | --create-if-missing   [--config FILE]`

/** The password of the pages, where the config keeps it in a file of its own. */
export const adminPasswordCommand: Command = {
  name: 'password',
  summary: 'show | change | --create-if-missing: the password of the pages   [--config FILE]',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { config: { type: 'string' }, 'create-if-missing': { type: 'boolean' } },
    })
    const [action, ...more] = positionals
    if (more.length > 0) throw new UsageError(usage)
    const { config, file } = referredFile(values.config, ['admin', 'token'])
    if (action === undefined && values['create-if-missing']) {
      // The password of a config that says it itself is there already.
      if (file !== undefined) create(new PasswordFile(file))
      return 0
    }
    if (action !== 'show' && action !== 'change') throw new UsageError(usage)
    if (file === undefined) {
      console.error(`${config ?? 'the config'} does not say admin.token: "\${file:PATH}": change it there`)
      return 1
    }
    return action === 'show' ? show(new PasswordFile(file)) : change(new PasswordFile(file))
  },
}

function create(file: PasswordFile): void {
  // What is written here lands in the log of the service, so the password is not.
  if (file.createIfMissing()) console.log(`made a first password for the pages in ${file.path}`)
}

function show(file: PasswordFile): number {
  console.log(file.read())
  if (file.isFirst)
    console.error('this is the first password; "causeway admin password change" sets your own')
  return 0
}

async function change(file: PasswordFile): Promise<number> {
  const password = await askSecret('new password of the pages: ')
  if (password === undefined) throw new UsageError('no password came on standard input')
  if (password.length < shortestAdminToken)
    throw new UsageError(`a password of the pages has at least ${shortestAdminToken} characters`)
  if (process.stdin.isTTY && (await askSecret('once more: ')) !== password)
    throw new UsageError('the two are not the same: nothing was changed')
  file.change(password)
  console.error('changed; a running box takes the new password from now on')
  return 0
}
