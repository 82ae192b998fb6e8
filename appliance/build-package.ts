import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { arch, argv, execPath } from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isEdited, writeCommitted } from './package/committed-files.ts'
import { debianArchitectures, writeControl } from './package/control.ts'
import { copyPlain } from './package/copied-file.ts'
import { neededGlibc } from './package/glibc-version.ts'
import { installedPackages, neededModules, ownParts } from './package/payload.ts'
import type { ShippedPackage } from './package/shipped-packages.ts'
import { boxBill } from './sbom/box-bill.ts'
import { boxBillPath } from './sbom/image-bill.ts'

// `npm run package:build`: the Debian package, of the commit that this checkout is at and the packages that npm has
// installed in it. The same commit makes the same bytes.

const project = fileURLToPath(new URL('../', import.meta.url))
const out = join(project, 'appliance/out')
const parts = [...ownParts, 'docs/operate', 'docs/reference', 'appliance/package']

/** Builds the package and its bill of materials in `appliance/out`, and returns the path of the package. Needs no root. */
export function buildPackage(): string {
  process.umask(0o022)
  mkdirSync(out, { recursive: true })
  const work = mkdtempSync(join(out, 'package-'))
  try {
    return build(join(work, 'source'), join(work, 'root'))
  } finally {
    rmSync(work, { recursive: true })
  }
}

function build(source: string, root: string): string {
  const architecture = debianArchitectures[arch]
  if (!architecture) throw new Error(`there is no package for ${arch}`)
  const time = writeCommitted(project, parts, source)
  if (isEdited(project, parts)) console.log('changes that are not committed are not in the package')
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string }
  const file = join(out, `causeway_${version}_${architecture}`)

  const packages = installedPackages(project)
  writeFiles(source, packages, root)
  const bill = `${JSON.stringify(boxBill(project, packages, version, time), undefined, 2)}\n`
  writeFileSync(join(root, boxBillPath), bill)
  const facts = { version, architecture, glibc: newestGlibc(root) }
  writeControl(join(source, 'appliance/package/control-files'), root, facts)
  pack(root, time, `${root}.deb`)
  // Another build, or a test, may be reading the one before.
  renameSync(`${root}.deb`, `${file}.deb`)
  writeFileSync(`${file}.cdx.json`, bill)
  return `${file}.deb`
}

function writeFiles(source: string, packages: readonly ShippedPackage[], root: string): void {
  copyPlain(join(source, 'appliance/package/root'), root)
  const home = join(root, 'usr/lib/causeway')
  for (const part of ownParts) copyPlain(join(source, part), join(home, part))
  for (const file of neededModules(project, packages)) copyPlain(join(project, file), join(home, file))
  // So that settings can be looked up on a machine without the Internet.
  const documents = join(root, 'usr/share/doc/causeway')
  for (const name of ['operate', 'reference']) copyPlain(join(source, 'docs', name), join(documents, name))
  for (const name of ['causeway.sample.yaml', 'causeway.schema.json'])
    copyPlain(join(source, 'gateway-config', name), join(documents, name))
  // Passwords are in there. The user that reads them exists only where the package is installed: see postinst.
  chmodSync(join(root, 'etc/causeway'), 0o750)
  chmodSync(join(root, 'etc/causeway/causeway.yaml'), 0o640)
}

function newestGlibc(root: string): string {
  const addon = 'usr/lib/causeway/node_modules/sqlite3/build/Release/node_sqlite3.node'
  const minors = [execPath, join(root, addon)].map((program) =>
    Number(neededGlibc(readFileSync(program))?.slice(2) ?? 0),
  )
  return `2.${Math.max(...minors)}`
}

/** All as root's, whoever builds; no file newer than `time`, and one thread, so that the bytes depend on nothing else. */
function pack(root: string, time: Date, file: string): void {
  const args = ['--root-owner-group', '-Zzstd', '-z12', '--threads-max=1', '--build', root, file]
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(time.getTime() / 1000) }
  execFileSync('dpkg-deb', args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) console.log(buildPackage())
