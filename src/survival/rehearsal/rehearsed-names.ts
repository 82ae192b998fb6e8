import type { AorText } from '../../domain/aor.ts'

/** For whom the box acts just now as if their PBX were gone. */
export class RehearsedNames {
  #names: ReadonlySet<AorText> = new Set()

  has(name: AorText): boolean {
    return this.#names.has(name)
  }

  begin(names: readonly AorText[]): void {
    this.#names = new Set(names)
  }

  end(): void {
    this.#names = new Set()
  }
}
