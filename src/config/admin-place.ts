import { findConfigFile, writtenValue } from './config-file.ts'
import { resolveReference } from './secret-references.ts'

export const usualAdminPlace = { host: '127.0.0.1', port: 8160 }

/** Where the pages are, read without checking the whole config: the schema takes longer than the question. */
export function adminPlace(configPath: string | undefined): { readonly host: string; readonly port: number } {
  const file = findConfigFile(configPath)
  const written = (key: string) => (file === undefined ? undefined : writtenValue(file, ['admin', key]))
  const host = written('host') ?? usualAdminPlace.host
  return {
    host: resolveReference(String(host)) ?? String(host),
    port: Number(written('port') ?? usualAdminPlace.port),
  }
}
