import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'

const mount = '/sys/fs/cgroup'
let made = 0

/** Control groups below this process's own, of either version: a second init must not share them with the first. */
export class ControlGroup {
  readonly folders: readonly string[]

  constructor() {
    const name = `causeway-${process.pid}-${++made}`
    const lines = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n')
    this.folders = lines.map((line) => hierarchyOf(line)).flatMap((at) => (at ? [join(at, name)] : []))
  }

  create(): void {
    for (const folder of this.folders) mkdirSync(folder)
  }

  /** Everything in it must have ended. */
  remove(): void {
    for (const folder of this.folders.filter((each) => existsSync(each))) removeTree(folder)
  }
}

/** cgroups(7): `number:controllers:path`; version 2 has no controllers, and may be mounted beside version 1. */
function hierarchyOf(line: string): string | undefined {
  const [, , controllers = '', path = '/'] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? []
  // A new group of cpuset takes no process before it has processors.
  if (controllers === 'cpuset') return undefined
  const places = controllers === '' ? ['unified', ''] : [controllers.replace('name=', '')]
  return places
    .map((place) => join(mount, place))
    .find((at) => existsSync(join(at, 'cgroup.procs')))
    ?.concat(path)
}

function removeTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeTree(join(folder, entry.name))
  rmdirSync(folder)
}
