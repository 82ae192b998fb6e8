import { readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { installedPackages, neededModules } from './payload.ts'

// Removes from a project's node_modules what a running box does not need. For images that are made by copying a project,
// where `npm ci` has run, as a whole: `node appliance/package/slim.ts FOLDER`.

const [project] = process.argv.slice(2)
if (project === undefined) throw new Error('node appliance/package/slim.ts FOLDER')
const needed = new Set(
  neededModules(project, installedPackages(project)).map((file) => resolve(project, file)),
)
removeOthers(resolve(project, 'node_modules'))

function removeOthers(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) removeOthers(path)
    else if (!needed.has(path)) rmSync(path)
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder)
}
