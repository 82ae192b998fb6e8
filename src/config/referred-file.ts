import { dirname, resolve } from 'node:path'
import { findConfigFile, writtenValue } from './config-file.ts'

export interface ReferredFile {
  /** The config that was looked into; undefined when there is none. */
  readonly config: string | undefined
  /** Absolute path of the file; undefined when the key is not exactly one `${file:…}`. */
  readonly file: string | undefined
}

/**
 * The file that the value of a key is in, such as that of `admin.token: "${file:admin-password}"`; it need not be there
 * yet. `path` is that of the config; without one the usual places are tried. Throws `ConfigInvalid` when it cannot be read.
 */
export function referredFile(path: string | undefined, key: readonly string[]): ReferredFile {
  const config = findConfigFile(path)
  if (config === undefined) return { config, file: undefined }
  const value = writtenValue(config, key)
  const name = typeof value === 'string' ? /^\$\{file:([^}]+)\}$/.exec(value)?.[1] : undefined
  return { config, file: name === undefined ? undefined : resolve(dirname(resolve(config)), name) }
}
