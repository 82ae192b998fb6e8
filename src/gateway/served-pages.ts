import { AdminServer } from '../admin/admin-server.ts'
import type { BoxView } from '../admin/box-view.ts'
import type { LoadedConfig } from '../config/load.ts'
import { TokenFile } from '../config/token-file.ts'
import type { Log } from '../lib/log.ts'

/** Pages and API, unless the config switches them off. */
export function servedPages(
  { config, path }: Pick<LoadedConfig, 'config' | 'path'>,
  box: BoxView,
  log: Log,
): AdminServer | undefined {
  const { admin } = config
  if (!admin.enabled) return undefined
  const token = admin.token === undefined ? undefined : new TokenFile(admin.token, path, log)
  return new AdminServer(admin, token, box, log)
}
