import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where a kernel keeps control groups for memory, and what it calls the limit and the most that was used there. */
interface MemoryGroups {
  readonly folder: string
  readonly limit: string
  readonly peak: string
}

const versions: readonly MemoryGroups[] = [
  { folder: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', peak: 'memory.max_usage_in_bytes' },
  { folder: '/sys/fs/cgroup', limit: 'memory.max', peak: 'memory.peak' },
]

/**
 * The limits of a small machine, for one program: one processor by affinity, memory by a control group. What the program
 * has the kernel keep for it, such as its files, counts as its memory there. Linux, as root; throws where memory cannot be
 * limited.
 */
export class SmallMachine {
  readonly #group: string
  readonly #names: MemoryGroups
  readonly #processor: number

  constructor(bytes: number, processor: number) {
    this.#processor = processor
    this.#names = versions.find(({ folder, limit }) => isUsable(folder, limit)) ?? noGroups()
    this.#group = join(this.#names.folder, `causeway-bench-${process.pid}`)
    mkdirSync(this.#group)
    writeFileSync(join(this.#group, this.#names.limit), String(bytes))
  }

  /** The shell words that a command follows to run in these limits. */
  get prefix(): string {
    return `echo $$ > ${join(this.#group, 'cgroup.procs')} && exec taskset -c ${this.#processor}`
  }

  /** Most that was used at any time, bytes. */
  get peakBytes(): number {
    return Number(readFileSync(join(this.#group, this.#names.peak), 'latin1'))
  }

  /** When all its programs have ended. */
  remove(): void {
    rmdirSync(this.#group)
  }
}

function isUsable(folder: string, limit: string): boolean {
  if (!existsSync(join(folder, 'cgroup.procs'))) return false
  const probe = join(folder, `causeway-probe-${process.pid}`)
  mkdirSync(probe)
  const isThere = existsSync(join(probe, limit))
  rmdirSync(probe)
  return isThere
}

function noGroups(): never {
  throw new Error('no control groups for memory that could be written to')
}
