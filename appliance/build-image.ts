import { execFileSync } from 'node:child_process'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { buildPackage } from './build-package.ts'
import { installDebian } from './debian/install-debian.ts'
import { writeDisk } from './image/disk.ts'
import { makeRootTree } from './image/root-tree.ts'
import { imageBill } from './sbom/image-bill.ts'

// `npm run appliance:build`: the image of a whole machine, from Debian's packages and this checkout. As root.

const appliance = fileURLToPath(new URL('./', import.meta.url))
const out = join(appliance, 'out')

const programs = {
  mmdebstrap: 'mmdebstrap',
  unshare: 'util-linux',
  sfdisk: 'fdisk',
  mke2fs: 'e2fsprogs',
  'mkfs.vfat': 'dosfstools',
  mcopy: 'mtools',
  'dpkg-deb': 'dpkg',
}

/**
 * Builds the image and its bill of materials in `appliance/out`, and returns the path of the image; the system that it
 * holds stays beside it, in `root`.
 */
export function buildImage(): string {
  if (!installDebian(programs, 'the image')) throw new Error('the image cannot be built without them')
  const { version } = JSON.parse(readFileSync(join(appliance, '../package.json'), 'utf8')) as {
    version: string
  }
  const root = join(out, 'root')
  const image = join(out, `causeway-${version}-amd64.img`)

  // Built beside, so that there is an old one or a new one, whenever the build ends.
  const [newRoot, newImage] = [`${root}.new`, `${image}.new`]
  makeRootTree(newRoot, {
    packageFile: buildPackage(),
    files: join(appliance, 'root'),
    finish: join(appliance, 'image/finish-root.sh'),
  })
  writeDisk(newImage, newRoot)
  const bill = imageBill(newRoot, version, 'debian-12', new Date())
  writeFileSync(join(out, `causeway-${version}-amd64.cdx.json`), `${JSON.stringify(bill, undefined, 2)}\n`)
  rmSync(root, { recursive: true, force: true })
  renameSync(newRoot, root)
  renameSync(newImage, image)
  return image
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const image = buildImage()
  const kibibytes = Number(execFileSync('du', ['-k', image], { encoding: 'utf8' }).split('\t')[0])
  console.log(`${image}: ${Math.round(kibibytes / 1024)} MiB on disk`)
}
