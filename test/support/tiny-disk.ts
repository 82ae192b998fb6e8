import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** A file system of a few megabytes in memory, mounted at a folder, that can be filled up. */
export class TinyDisk {
  readonly #folder: string
  readonly #filler: string

  constructor(folder: string) {
    this.#folder = folder
    this.#filler = join(folder, 'filler')
  }

  mount(megabytes = 16): void {
    mkdirSync(this.#folder, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', this.#folder])
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.#folder])
  }

  /** Leaves no byte free. */
  fill(): void {
    const file = openSync(this.#filler, 'w')
    try {
      for (let size = 65_536; size >= 1; size = Math.floor(size / 16))
        writeUntilFull(file, Buffer.alloc(size))
    } finally {
      closeSync(file)
    }
  }

  free(): void {
    rmSync(this.#filler)
  }
}

function writeUntilFull(file: number, block: Uint8Array): void {
  try {
    for (;;) writeSync(file, block)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}
