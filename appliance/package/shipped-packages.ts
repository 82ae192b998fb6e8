/** What `package-lock.json` (version 3) says of one folder under `node_modules`. */
export interface LockedPackage {
  readonly version?: string
  /** Where it came from. */
  readonly resolved?: string
  /** Subresource integrity: `sha512-<base64>`. */
  readonly integrity?: string
  readonly license?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

export interface Lock {
  /** By path: '' is the project itself, the others are `node_modules/…`. */
  readonly packages: Readonly<Record<string, LockedPackage>>
}

export interface ShippedPackage {
  /** `node_modules/…`, relative to the project. */
  readonly path: string
  readonly name: string
  readonly locked: LockedPackage
  /** Paths of the shipped packages that it loads. */
  readonly needs: readonly string[]
}

// What a package needs only to build its native part, which is built already.
const neededToInstall: Readonly<Record<string, readonly string[]>> = {
  sqlite3: ['node-addon-api', 'node-gyp', 'prebuild-install', 'tar'],
}

const folder = 'node_modules/'

/**
 * The npm packages that a running box loads, sorted by path: what can be reached from the project's own dependencies.
 * `isInstalled` tells which of the optional ones (a Node for each kind of machine) are here. Throws when the lock does not
 * know one that is needed.
 */
export function shippedPackages(lock: Lock, isInstalled: (path: string) => boolean): ShippedPackage[] {
  const found = new Map<string, ShippedPackage>()
  const reach = (path: string, name: string): void => {
    if (found.has(path)) return
    const needs = neededBy(lock, path, isInstalled)
    found.set(path, { path, name, locked: lock.packages[path] ?? {}, needs: needs.map((each) => each.path) })
    for (const each of needs) reach(each.path, each.name)
  }
  for (const each of neededBy(lock, '', isInstalled)) reach(each.path, each.name)
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

function neededBy(
  lock: Lock,
  from: string,
  isInstalled: (path: string) => boolean,
): { readonly name: string; readonly path: string }[] {
  return needsOf(lock, from).flatMap(({ name, isOptional }) => {
    const path = resolveFrom(lock, from, name)
    if (path === undefined && !isOptional)
      throw new Error(`package-lock.json has no ${name} for ${from || 'the project'}`)
    return path === undefined || (isOptional && !isInstalled(path)) ? [] : [{ name, path }]
  })
}

function needsOf(lock: Lock, path: string): { readonly name: string; readonly isOptional: boolean }[] {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } =
    lock.packages[path] ?? {}
  const unneeded = neededToInstall[path.slice(folder.length)] ?? []
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional)
  return [
    ...[...Object.keys(dependencies ?? {}), ...peers].map((name) => ({ name, isOptional: false })),
    ...Object.keys(optionalDependencies ?? {}).map((name) => ({ name, isOptional: true })),
  ].filter(({ name }) => !unneeded.includes(name))
}

/** As Node looks for it: in its own `node_modules`, then in those of the folders above. */
function resolveFrom(lock: Lock, from: string, name: string): string | undefined {
  for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf(`/${folder}`)))) {
    const path = `${place === '' ? '' : `${place}/`}${folder}${name}`
    if (lock.packages[path]) return path
    if (place === '') return undefined
  }
}
