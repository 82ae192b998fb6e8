import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeDurably } from '../lib/durable-file.ts'
import { SigningKey } from '../lib/ed25519.ts'
import { MembershipProblem } from './membership-problem.ts'

export type Noted = Readonly<Record<string, unknown>>

/** The files of a box in one overlay: what is there is whole, or named with what to do about it. */
export class MembershipFiles {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  path(name: string): string {
    return join(this.#folder, name)
  }

  has(name: string): boolean {
    return existsSync(this.path(name))
  }

  /** Undefined when there is none. Throws `MembershipProblem`. */
  readKey(name: string): SigningKey | undefined {
    if (!this.has(name)) return undefined
    try {
      return SigningKey.fromPem(readFileSync(this.path(name), 'utf8'))
    } catch (cause) {
      throw this.unusable(name, (cause as Error).message, cause)
    }
  }

  /** Throws `MembershipProblem`. */
  readJson<Content>(name: string, read: (noted: Noted) => Content): Content {
    try {
      return read(JSON.parse(readFileSync(this.path(name), 'utf8')) as Noted)
    } catch (cause) {
      throw this.unusable(name, (cause as Error).message, cause)
    }
  }

  /** Throws `MembershipProblem` when it cannot be written. */
  write(name: string, content: string | Uint8Array): void {
    try {
      writeDurably(this.path(name), content)
    } catch (cause) {
      throw new MembershipProblem(
        `${this.path(name)} cannot be written (${(cause as Error).message}): make room on the disk, and see that the folder belongs to the user that the box runs as`,
        { cause },
      )
    }
  }

  writeJson(name: string, content: unknown): void {
    this.write(name, `${JSON.stringify(content, undefined, 2)}\n`)
  }

  unusable(name: string, problem: string, cause?: unknown): MembershipProblem {
    return new MembershipProblem(
      `${this.path(name)} cannot be used (${problem}): restore the folder from a backup, or remove it and join again`,
      { cause },
    )
  }
}

/** Throws `TypeError`. */
export function notedBytes(noted: unknown): Uint8Array {
  if (typeof noted !== 'string') throw new TypeError('bytes in base64url are missing')
  return Buffer.from(noted, 'base64url')
}

/** Throws `TypeError`. */
export function notedTexts(noted: unknown): string[] {
  if (!Array.isArray(noted) || !noted.every((item) => typeof item === 'string'))
    throw new TypeError('a list of addresses is missing')
  return noted
}
