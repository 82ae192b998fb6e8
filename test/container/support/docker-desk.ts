import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Typed {
  readonly code: number
  /** Both streams, the standard output first. */
  readonly printed: string
}

const support = fileURLToPath(new URL('./', import.meta.url))
const typedWithinMs = 600_000

/** A shell in a clone of the project, where `docker` and `docker compose` work. */
export class DockerDesk {
  readonly #clone: string
  readonly #pwd: string
  readonly #environment: NodeJS.ProcessEnv
  #folder: string

  /** `scratch` is a folder that it makes for itself. */
  constructor(engine: string, clone: string, scratch: string) {
    this.#clone = clone
    this.#folder = clone
    mkdirSync(scratch)
    symlinkSync(`${support}docker/cli-plugins`, `${scratch}/cli-plugins`)
    this.#pwd = `${scratch}/pwd`
    this.#environment = {
      ...process.env,
      PATH: `${support}docker:${process.env.PATH}:/usr/sbin:/sbin`,
      DOCKER_HOST: engine,
      DOCKER_CONFIG: scratch,
      // Compose 2 builds with it by itself, and so does Docker from 23 on.
      DOCKER_BUILDKIT: '1',
      COMPOSE_DOCKER_CLI_BUILD: '1',
    }
  }

  /** Goes back to where the clone is. */
  atClone(): void {
    this.#folder = this.#clone
  }

  /** A folder that is gone to with `cd` is where the next command is typed. */
  async type(command: string): Promise<Typed> {
    const script = `${command}\ncode=$?\npwd > "$PWD_FILE"\nexit $code`
    const { promise, resolve } = Promise.withResolvers<Typed>()
    execFile(
      'bash',
      ['-c', script],
      {
        ...{ cwd: this.#folder, env: { ...this.#environment, PWD_FILE: this.#pwd } },
        ...{ timeout: typedWithinMs, maxBuffer: 16 << 20 },
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 137
        resolve({ code, printed: `${stdout}${stderr}` })
      },
    ).stdin?.end()
    const typed = await promise
    this.#folder = readFileSync(this.#pwd, 'utf8').trim()
    return typed
  }
}
