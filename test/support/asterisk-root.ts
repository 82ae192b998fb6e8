import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where an unpacked Debian with Asterisk has what it takes to start it from outside. */
export interface AsteriskRoot {
  readonly loader: string
  readonly libraries: readonly string[]
  readonly program: string
  readonly modules: string
  readonly data: string
}

/** Debian releases that have Asterisk, the one to try first first: bullseye changes no more, sid does every day. */
const releases = ['bullseye', 'sid']
const mostMs = 8 * 60_000

/**
 * A Debian with Asterisk in a folder, as bookworm has none: made by mmdebstrap once, in some 40 s and 300 MB, and kept in
 * `CAUSEWAY_CACHE` or `~/.cache/causeway`. Throws with what mmdebstrap said when that does not work.
 */
export function asteriskRoot(): AsteriskRoot {
  const cache = process.env.CAUSEWAY_CACHE ?? join(homedir(), '.cache', 'causeway')
  const made = releases.map((release) => join(cache, `asterisk-${release}`)).find((each) => existsSync(each))
  return describeRoot(made ?? makeRoot(cache))
}

function makeRoot(cache: string): string {
  mkdirSync(cache, { recursive: true })
  removeOrphans(cache)
  const troubles: string[] = []
  for (const release of releases) {
    const temporary = join(cache, `making-asterisk-${release}-${process.pid}`)
    console.log(`the lab needs Asterisk: making ${release} with it in ${cache}, once`)
    const { status, stderr, error } = spawnSync('mmdebstrap', mmdebstrapArguments(release, temporary), {
      encoding: 'utf8',
      timeout: mostMs,
      maxBuffer: 64 << 20,
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    })
    if (status === 0) return takePlace(temporary, join(cache, `asterisk-${release}`))
    rmSync(temporary, { recursive: true, force: true })
    troubles.push(`${release}: ${error?.message ?? ''} ${(stderr ?? '').split('\n').slice(-15).join('\n')}`)
  }
  throw new Error(`no Asterisk for the lab:\n${troubles.join('\n')}`)
}

/** What a run that was killed has left. */
function removeOrphans(cache: string): void {
  for (const name of readdirSync(cache)) {
    const [, pid] = /^making-asterisk-.*-(\d+)$/.exec(name) ?? []
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) rmSync(join(cache, name), { recursive: true })
  }
}

function mmdebstrapArguments(release: string, folder: string): string[] {
  return [
    '--variant=minbase',
    '--include=asterisk',
    '--aptopt=APT::Install-Recommends "false"',
    '--aptopt=Acquire::Check-Valid-Until "false"',
    release,
    folder,
    debianMirror(),
  ]
}

/** Where this machine itself gets Debian from. */
function debianMirror(): string {
  const format = '$(CODENAME) $(SUITE) $(COMPONENT) $(REPO_URI)'
  const targets = execFileSync('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'], {
    encoding: 'utf8',
  })
  const own = targets.split('\n').map((line) => line.split(' '))
  const main = own.find(([name = '-', , part]) => /^[a-z]+$/.test(name) && part === 'main')
  if (!main?.[3]) throw new Error('apt knows no mirror of Debian')
  return main[3]
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

function describeRoot(root: string): AsteriskRoot {
  const libraries = readdirSync(join(root, 'usr/lib'))
    .filter((name) => name.endsWith('-linux-gnu'))
    .flatMap((name) => [join(root, 'usr/lib', name), join(root, 'lib', name)])
  // /lib64/ld-linux-… may be a link to an absolute path, which is this machine's and not the root's.
  const loader = libraries
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .find((file) => /\/ld-(linux-.*\.so\.\d+|2\.\d+\.so)$/.test(file) && lstatSync(file).isFile())
  const modules = [...libraries, join(root, 'usr/lib')]
    .map((folder) => join(folder, 'asterisk', 'modules'))
    .find((folder) => existsSync(folder))
  if (!loader || !modules) throw new Error(`${root} is no Debian with Asterisk; remove it and try again`)
  return {
    loader,
    modules,
    libraries: [...libraries, join(root, 'usr/lib')],
    program: join(root, 'usr/sbin/asterisk'),
    data: join(root, 'usr/share/asterisk'),
  }
}
