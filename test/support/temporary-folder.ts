import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder that is gone after the test. */
export class TemporaryFolder {
  readonly path: string

  constructor(purpose: string, place = tmpdir()) {
    this.path = mkdtempSync(join(place, `causeway-${purpose}-`))
  }

  file(name: string): string {
    return join(this.path, name)
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
