import { existsSync, readFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { ConfigInvalid } from './config-invalid.ts'

/** Looked for in this order when no `--config` is given. */
export const defaultConfigPaths = ['gateway-config/causeway.yaml', '/etc/causeway/causeway.yaml']

/** The given path, or the first of the default places where there is a file. */
export function findConfigFile(path?: string): string | undefined {
  return path ?? defaultConfigPaths.find((candidate) => existsSync(candidate))
}

/** Throws `ConfigInvalid`. */
export function readConfigFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const problem = `cannot be read (${(error as Error).message})`
    const hint = 'Give an existing file with --config, or leave the option out for the defaults'
    throw new ConfigInvalid(file, [{ key: '', line: undefined, problem, hint }])
  }
}

/**
 * One value of a config file as it is written, for a command that must not wait for the whole of it to be checked. What it
 * refers to stays unread. Throws `ConfigInvalid` when the file is no YAML.
 */
export function writtenValue(file: string, key: readonly string[]): unknown {
  const document = parseDocument(readConfigFile(file))
  const [error] = document.errors
  if (!error) return document.getIn(key)
  const problem = `not valid YAML: ${error.message.split('\n')[0]}`
  throw new ConfigInvalid(file, [{ key: '', line: undefined, problem, hint: undefined }])
}
