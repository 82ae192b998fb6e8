import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isNeededAtRunTime } from './needed-files.ts'
import { type Lock, type ShippedPackage, shippedPackages } from './shipped-packages.ts'

/** What of the project itself runs. */
export const ownParts = ['src', 'gateway-config', 'package.json', 'package-lock.json', 'LICENSE']

/** The npm packages that are shipped with this checkout, as they are installed in it. Throws before `npm ci` was run. */
export function installedPackages(project: string): ShippedPackage[] {
  const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as Lock
  const isInstalled = (path: string) => existsSync(join(project, path, 'package.json'))
  const packages = shippedPackages(lock, isInstalled)
  const missing = packages.filter(({ path }) => !isInstalled(path)).map(({ name }) => name)
  if (missing.length > 0) throw new Error(`run npm ci first: ${missing.join(', ')} missing`)
  return packages
}

/** Files of those packages that a running box needs, relative to the project. */
export function neededModules(project: string, packages: readonly ShippedPackage[]): string[] {
  return packages.flatMap(({ path, name }) =>
    filesOf(join(project, path))
      .filter((file) => isNeededAtRunTime(name, file))
      .map((file) => `${path}/${file}`),
  )
}

/** Relative to `folder`, without the packages that npm has put inside. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules') return []
    if (!entry.isDirectory()) return entry.isFile() ? [entry.name] : []
    return filesOf(join(folder, entry.name)).map((file) => `${entry.name}/${file}`)
  })
}
