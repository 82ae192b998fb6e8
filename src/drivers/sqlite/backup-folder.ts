import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

const backupName = /^causeway-\d{8}T\d{6}\.db$/

/** The folder of backups, named by the time they were made, so that they sort by age. */
export class BackupFolder {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  async newest(): Promise<string | undefined> {
    const name = (await this.#names()).at(-1)
    return name === undefined ? undefined : join(this.path, name)
  }

  /** When the newest was made, in milliseconds since the Unix epoch. */
  async newestAt(): Promise<number | undefined> {
    const name = (await this.#names()).at(-1)
    return name === undefined ? undefined : Date.parse(timeOf(name))
  }

  /** Has `write` make a backup, puts it in place when it is whole, and removes all but the newest `keep`. */
  async add(now: number, keep: number, write: (file: string) => Promise<void>): Promise<string> {
    await mkdir(this.path, { recursive: true, mode: 0o700 })
    const file = join(this.path, `causeway-${stampOf(now)}.db`)
    const unfinished = `${file}.unfinished`
    await rm(unfinished, { force: true })
    await write(unfinished)
    await rename(unfinished, file)
    for (const name of (await this.#names()).slice(0, -keep)) await rm(join(this.path, name), { force: true })
    return file
  }

  async #names(): Promise<string[]> {
    try {
      return (await readdir(this.path)).filter((name) => backupName.test(name)).sort()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }
}

/** `20261121T105900`, UTC. */
function stampOf(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, '')
}

function timeOf(name: string): string {
  return name.replace(/^causeway-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)\.db$/, '$1-$2-$3T$4:$5:$6Z')
}
