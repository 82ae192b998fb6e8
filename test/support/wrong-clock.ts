import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const library = 'libfaketime.so.1'

/** The clock of a program, set by hand while it runs (libfaketime); its timers run as ever. */
export class WrongClock {
  readonly #file: string

  /** The file is made, and read by the program once a second. */
  constructor(file: string) {
    this.#file = file
    this.set(0)
  }

  /** From now on the program's clock is so many minutes ahead of the right time, or behind it. */
  set(minutesAhead: number): void {
    writeFileSync(this.#file, `${minutesAhead < 0 ? '-' : '+'}${Math.abs(minutesAhead)}m\n`)
  }

  /** What the program's environment needs. */
  get environment(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: libraryPath(),
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    }
  }
}

function libraryPath(): string {
  for (const architecture of readdirSync('/usr/lib').filter((name) => name.endsWith('-linux-gnu'))) {
    const folder = join('/usr/lib', architecture, 'faketime')
    if (filesIn(folder).includes(library)) return join(folder, library)
  }
  throw new Error(`${library} is missing: install the package faketime`)
}

function filesIn(folder: string): string[] {
  return readdirSync(join(folder, '..')).includes('faketime') ? readdirSync(folder) : []
}
