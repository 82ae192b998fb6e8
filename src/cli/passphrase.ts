import { resolveReference } from '../config/secret-references.ts'
import { askSecret } from './asked-secret.ts'
import { UsageError } from './command.ts'

const shortest = 10

/**
 * The passphrase that `--passphrase '${env:NAME}'` or `'${file:PATH}'` refers to, or a line from standard input, not
 * shown when somebody types it. Throws `UsageError`.
 */
export async function readPassphrase(given: string | undefined, isNew: boolean): Promise<string> {
  const passphrase = given === undefined ? await ask(isNew) : resolve(given)
  if (isNew && passphrase.length < shortest)
    throw new UsageError(`a passphrase has at least ${shortest} characters: who has the file can try many`)
  return passphrase
}

function resolve(given: string): string {
  const passphrase = referredTo(given)
  // What stands in a command line can be read by every user of the machine.
  if (passphrase === undefined)
    throw new UsageError("give the passphrase on standard input, or as '${env:NAME}' or '${file:PATH}'")
  return passphrase
}

function referredTo(given: string): string | undefined {
  try {
    return resolveReference(given)
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

async function ask(isNew: boolean): Promise<string> {
  const passphrase = await askSecret(isNew ? 'passphrase for the file: ' : 'passphrase of the file: ')
  if (passphrase === undefined) throw new UsageError('no passphrase came on standard input')
  return passphrase
}
