import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { TemporaryFolder } from './temporary-folder.ts'

/** A folder that begins as another one is, and leaves that as it is: what is written stays here and is gone in the end. */
export class OverlayFolder {
  readonly path: string
  readonly #lower: string
  readonly #folder: TemporaryFolder

  constructor(lower: string) {
    this.#lower = lower
    this.#folder = new TemporaryFolder('overlay')
    this.path = this.#folder.file('merged')
  }

  mount(): void {
    const [upper, work] = ['upper', 'work'].map((name) => this.#folder.file(name))
    for (const folder of [upper, work, this.path]) if (folder) mkdirSync(folder)
    const options = `lowerdir=${this.#lower},upperdir=${upper},workdir=${work}`
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', options, this.path])
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.path])
    this.#folder.remove()
  }
}
