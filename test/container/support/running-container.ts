import { eventually } from '../../support/within.ts'
import type { ComposeService } from './compose-service.ts'
import type { ContainerStore } from './container-store.ts'

export interface ContainerOptions {
  readonly store: ContainerStore
  readonly name: string
  readonly service: ComposeService
  /** A network namespace that the test has made. */
  readonly namespace: string
  /** By their path in the container: files in place of those that the compose file mounts. */
  readonly files?: Readonly<Record<string, string>>
}

// More than these cannot be promised on every machine that runs the tests.
const limits = ['--ulimit=nofile=4096:4096', '--ulimit=nproc=4096:4096']

/** A container of a compose file's service, run by podman and runc in a network of the test's. */
export class RunningContainer {
  readonly #options: ContainerOptions

  constructor(options: ContainerOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { store, name, service, namespace, files } = this.#options
    const network = `--network=ns:/run/netns/${namespace}`
    await store.podman(
      'run',
      '--detach',
      '--name',
      name,
      network,
      ...limits,
      ...service.podmanArguments(files),
    )
  }

  /** Runs a command in it. Resolves with its output, rejects when it fails. */
  run(...words: readonly string[]): Promise<string> {
    return this.#podman('exec', this.#options.name, ...words)
  }

  /** The number that its process with this command has on this machine. */
  async pidOf(command: RegExp): Promise<number> {
    const list = await this.#podman('top', this.#options.name, 'hpid', 'args')
    const line = list.split('\n').find((each) => command.test(each))
    if (!line) throw new Error(`nothing like ${command} runs in ${this.#options.name}:\n${list}`)
    return Number.parseInt(line, 10)
  }

  /** What the image's own health check says. */
  async isHealthy(): Promise<boolean> {
    return this.#podman('healthcheck', 'run', this.#options.name).then(
      () => true,
      () => false,
    )
  }

  async becomesHealthy(): Promise<void> {
    try {
      await eventually(180_000, `${this.#options.name} to be healthy`, () => this.isHealthy(), 500)
    } catch (cause) {
      throw new Error(`${(cause as Error).message}:\n${await this.log()}`, { cause })
    }
  }

  /** `docker restart`: SIGTERM, its end, and a new start. */
  async restart(): Promise<void> {
    await this.#podman('restart', '--time', '30', this.#options.name)
  }

  /** `docker stop`: SIGTERM, and the end by force when it has not ended in time. Resolves with the exit code. */
  async stop(seconds: number): Promise<number> {
    await this.#podman('stop', '--time', String(seconds), this.#options.name)
    return Number(await this.inspect('{{.State.ExitCode}}'))
  }

  /** As an engine does when memory is short. */
  async kill(): Promise<void> {
    await this.#podman('kill', '--signal', 'KILL', this.#options.name)
    await this.#podman('wait', this.#options.name)
  }

  async startAgain(): Promise<void> {
    await this.#podman('start', this.#options.name)
  }

  log(): Promise<string> {
    return this.#podman('logs', this.#options.name)
  }

  /** A field of `podman inspect`, by its Go template. */
  async inspect(template: string): Promise<string> {
    return (await this.#podman('inspect', '--format', template, this.#options.name)).trim()
  }

  /** Files that are not as in the image, but for volumes. */
  async changedFiles(): Promise<string> {
    return this.#podman('diff', this.#options.name)
  }

  #podman(...words: readonly string[]): Promise<string> {
    return this.#options.store.podman(...words)
  }
}
