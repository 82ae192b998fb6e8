import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { debianSources } from '../debian/debian-mirror.ts'
import { copyPlain } from '../package/copied-file.ts'
import { baseRoot, debianRelease } from './base-root.ts'
import { runInside } from './run-inside.ts'

/** Folders that are the box's own, and lie on the data partition: as in appliance/root/etc/fstab. */
const ownFolders = [
  'etc/causeway',
  'etc/systemd/network',
  'home',
  'var/cache',
  'var/lib/apt',
  'var/lib/causeway',
  'var/lib/systemd',
  'var/lib/unattended-upgrades',
  'var/log',
  'var/tmp',
]

/** Needed before the box itself is installed: which documents come with packages, and the number of the box's user. */
const earlyFiles = ['etc/dpkg/dpkg.cfg.d/zz-causeway', 'etc/sysusers.d/causeway.conf']

/** Where the parts of the image come from. */
export interface ImageParts {
  /** The box, as a Debian package. */
  readonly packageFile: string
  /** Files that are laid over Debian's. */
  readonly files: string
  /** A shell script that is run inside at the end. */
  readonly finish: string
}

/**
 * Makes the whole system in the folder `root`: Debian with today's updates, the box, the image's own files. It can be
 * started as a container; `root/efi` is what goes to the boot partition, `root/data` what goes to the data partition.
 */
export function makeRootTree(root: string, { packageFile, files, finish }: ImageParts): void {
  mkdirSync(dirname(root), { recursive: true })
  rmSync(root, { recursive: true, force: true })
  execFileSync('cp', ['-a', '--reflink=auto', baseRoot(), root])

  // While it is built, from where this machine gets Debian; afterwards, what is laid over it says from where.
  writeFileSync(join(root, 'etc/apt/sources.list'), `${debianSources(debianRelease).join('\n')}\n`)
  const shown = dirname(packageFile)
  runInside(root, shown, ['apt-get', 'update', '-q'])
  runInside(root, shown, ['apt-get', 'dist-upgrade', '-q', '-y'])
  for (const file of earlyFiles) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    copyPlain(join(files, file), join(root, file))
  }
  runInside(root, shown, ['apt-get', 'install', '-q', '-y', `/mnt/${basename(packageFile)}`])

  copyPlain(files, root)
  runInside(root, dirname(finish), ['sh', `/mnt/${basename(finish)}`])
  for (const folder of ownFolders) moveToData(root, folder)
}

/** The folder stays, empty, as a place to mount the data partition's on. */
function moveToData(root: string, folder: string): void {
  const place = join(root, 'data', folder)
  mkdirSync(dirname(place), { recursive: true })
  mkdirSync(join(root, folder), { recursive: true })
  renameSync(join(root, folder), place)
  mkdirSync(join(root, folder))
}
