import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { copyPlain } from './copied-file.ts'

/** Machines as Node calls them, and as Debian does. */
export const debianArchitectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

/** What only the build knows of the package; `control-files/control` has the rest. */
export interface PackageFacts {
  readonly version: string
  readonly architecture: string
  /** The oldest glibc that its programs run on. */
  readonly glibc: string
}

/** Writes what dpkg wants to know into `root/DEBIAN`: after everything else, for it counts and hashes all files. */
export function writeControl(templates: string, root: string, facts: PackageFacts): void {
  const files = filesOf(root)
  const folder = join(root, 'DEBIAN')
  copyPlain(templates, folder)
  const kibibytes = files.reduce((sum, file) => sum + Math.ceil(statSync(file).size / 1024), 0)
  const values: Readonly<Record<string, string>> = { ...facts, kibibytes: String(kibibytes) }
  const control = readFileSync(join(folder, 'control'), 'utf8')
  writeFileSync(
    join(folder, 'control'),
    control.replace(/@(\w+)@/g, (whole, name: string) => values[name] ?? whole),
  )
  // What `dpkg --verify` compares with; the settings are the administrator's.
  const hashed = files.filter((file) => !file.startsWith(join(root, 'etc/')))
  writeFileSync(
    join(folder, 'md5sums'),
    hashed.map((file) => `${md5(file)}  ${relative(root, file)}\n`).join(''),
  )
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

function md5(file: string): string {
  return createHash('md5').update(readFileSync(file)).digest('hex')
}
