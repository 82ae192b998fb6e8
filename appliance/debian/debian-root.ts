import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** What mmdebstrap makes a root of. */
export interface RootRecipe {
  /** Lower case, for the folder's name. */
  readonly name: string
  readonly release: string
  readonly packages: readonly string[]
  /** A mirror's address, or lines for a `sources.list`. */
  readonly sources: readonly string[]
  /** More arguments of mmdebstrap. */
  readonly options?: readonly string[]
}

const mostMs = 20 * 60_000

/** Where a root of that recipe is kept once it is made: in `CAUSEWAY_CACHE` or `~/.cache/causeway`. */
export function debianRootPlace({ name, release, packages, options = [] }: RootRecipe): string {
  const hash = createHash('sha256').update(JSON.stringify([release, packages, options]))
  return join(cacheFolder(), `${name}-${hash.digest('hex').slice(0, 8)}`)
}

/**
 * A Debian in a folder, made by mmdebstrap once and kept: whoever wants to change it works on a copy. Throws with what
 * mmdebstrap said when it cannot be made.
 */
export function debianRoot(recipe: RootRecipe): string {
  const place = debianRootPlace(recipe)
  if (existsSync(place)) return place
  const { name, release, packages, sources, options = [] } = recipe
  mkdirSync(cacheFolder(), { recursive: true })
  removeOrphans()
  const temporary = join(cacheFolder(), `making-${name}-${process.pid}`)
  console.log(`making a Debian root, ${place}, once`)
  // In name spaces of its own: one that is killed leaves neither programs nor mounts behind.
  const { status, stderr, error } = spawnSync(
    'unshare',
    [
      ...['--mount', '--propagation', 'private', '--pid', '--mount-proc', '--fork', '--kill-child'],
      ...['mmdebstrap', '--variant=minbase'],
      `--include=${packages.join(',')}`,
      '--aptopt=APT::Install-Recommends "false"',
      ...options,
      release,
      temporary,
      ...sources,
    ],
    {
      encoding: 'utf8',
      timeout: mostMs,
      killSignal: 'SIGKILL',
      maxBuffer: 64 << 20,
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    },
  )
  if (status === 0) return takePlace(temporary, place)
  rmSync(temporary, { recursive: true, force: true })
  const lastWords = (stderr ?? '').split('\n').slice(-15).join('\n')
  throw new Error(`mmdebstrap made no ${name}: ${error?.message ?? ''}\n${lastWords}`)
}

function cacheFolder(): string {
  return process.env.CAUSEWAY_CACHE ?? join(homedir(), '.cache', 'causeway')
}

/** What a run that was killed has left. */
function removeOrphans(): void {
  for (const name of readdirSync(cacheFolder())) {
    const [, pid] = /^making-.*-(\d+)$/.exec(name) ?? []
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      rmSync(join(cacheFolder(), name), { recursive: true })
  }
}

/** Another run may have been quicker: then its root is as good. */
function takePlace(temporary: string, place: string): string {
  try {
    renameSync(temporary, place)
  } catch (cause) {
    if (!existsSync(place)) throw cause
    rmSync(temporary, { recursive: true, force: true })
  }
  return place
}
