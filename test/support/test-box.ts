import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import type { z } from 'zod'
import type { configSchema } from '../../src/config/schema.ts'
import type { Part } from '../../src/lib/part.ts'
import { causewayCommand } from './causeway-command.ts'
import { ChildProgram } from './child-program.ts'
import { freePort } from './free-port.ts'
import { giveBack, type NamedEngine, namedEngines, sipOver, takeEngine } from './named-engine.ts'
import { TemporaryFolder } from './temporary-folder.ts'
import { eventually } from './within.ts'

/** The config as an operator writes it: everything may be left out. */
export type BoxConfig = z.input<typeof configSchema>

export interface TestBoxOptions {
  readonly config?: Partial<BoxConfig>
  /** 0 takes a free one, for UDP and TCP. */
  readonly sipPort?: number
  readonly address?: string
  /** A network namespace that the test has made. */
  readonly namespace?: string
  /** Added to the environment of `start()`. */
  readonly environment?: Readonly<Record<string, string>>
  /** Over an engine that the environment names, where one is named. */
  readonly overNamedEngine?: true
  /** How the admin API is reached when the box is in another namespace. */
  readonly fetch?: (url: string) => Promise<Response>
}

const execute = promisify(execFile)

/** The real box as a process of its own, with a folder of its own. `kill()` and `start()` again keep the folder. */
export class TestBox implements Part {
  readonly name = 'test box'
  readonly address: string
  readonly #options: TestBoxOptions
  readonly #folder = new TemporaryFolder('box')
  #sipPort: number
  #adminPort = 0
  #program: ChildProgram | undefined
  #engine: NamedEngine | undefined

  constructor(options: TestBoxOptions = {}) {
    this.#options = options
    this.address = options.address ?? '127.0.0.1'
    this.#sipPort = options.sipPort ?? 0
  }

  get sipPort(): number {
    return this.#sipPort
  }

  get hostPort(): string {
    return `${this.address}:${this.#sipPort}`
  }

  /** As test phones take their server. */
  get server(): { readonly host: string; readonly port: number } {
    return { host: this.address, port: this.#sipPort }
  }

  get pid(): number {
    return this.#running.pid
  }

  get dataDir(): string {
    return this.#folder.file('data')
  }

  /** Everything that it has logged, oldest first. */
  get log(): readonly string[] {
    return this.#running.lines
  }

  async start(): Promise<void> {
    const file = await this.writeConfig()
    const { namespace, config, environment: env } = this.#options
    const args = [...causewayCommand, 'start', '--config', file]
    const command = { command: process.execPath, args, namespace, ...(env && { env }) }
    const isQuiet = ['warn', 'error'].includes(config?.box?.logLevel ?? 'info')
    if (!isQuiet) {
      this.#program = await ChildProgram.start({ ...command, ready: /"msg":"ready"/, readyMs: 60_000 })
      return
    }
    this.#program = await ChildProgram.start(command)
    const program = this.#program
    await eventually(60_000, 'the box to be ready', () => {
      if (program.hasEnded) throw new Error(`the box ended before it was ready:\n${program.lastWords}`)
      return this.#fetch('/readyz').then(
        ({ ok }) => ok,
        () => false,
      )
    })
  }

  /** Starts it with the expectation that it refuses; resolves with what it says and its exit code. */
  async startInVain(): Promise<{ code: number; words: string }> {
    const file = await this.writeConfig()
    const program = await ChildProgram.start({
      command: process.execPath,
      args: [...causewayCommand, 'start', '--config', file],
    })
    try {
      const code = await program.exited(20_000)
      return { code, words: program.lastWords }
    } finally {
      await program.stop()
    }
  }

  /** Ends it as an operator does. Resolves with the exit code. */
  async end(): Promise<number> {
    const code = await this.#running.stop(15_000)
    this.#program = undefined
    return code
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    this.#running.kill('SIGKILL')
    await this.#running.exited(5_000)
    this.#program = undefined
  }

  async stop(): Promise<void> {
    if (this.#program) await this.end()
    if (this.#engine) giveBack(this.#engine)
    this.#folder.remove()
  }

  /** GET of the admin API, as JSON. */
  async ask<Answer>(path: string): Promise<Answer> {
    const response = await this.#fetch(path)
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Answer
  }

  /** `http://host:port` of the pages. */
  get adminUrl(): string {
    return `http://127.0.0.1:${this.#adminPort}`
  }

  /** Runs `causeway <words> --config …` as an operator does. Resolves with what it prints; rejects when it fails. */
  async command(...words: readonly string[]): Promise<string> {
    const file = await this.writeConfig()
    const { namespace } = this.#options
    const [program, ...args] = [
      ...(namespace ? ['ip', 'netns', 'exec', namespace] : []),
      ...[process.execPath, ...causewayCommand, ...words, '--config', file],
    ]
    const { stdout } = await execute(program ?? '', args, { timeout: 60_000 })
    return stdout
  }

  /** Writes the config file and makes the data folder; returns the path of the file. */
  async writeConfig(): Promise<string> {
    if (this.#options.overNamedEngine && namedEngines.length > 0) this.#engine ??= takeEngine()
    if (this.#engine) this.#sipPort = this.#engine.sip.port
    if (this.#sipPort === 0) this.#sipPort = await freePort(this.address)
    if (this.#adminPort === 0) this.#adminPort = await freePort()
    const { config = {} } = this.#options
    const whole: Partial<BoxConfig> = {
      ...config,
      box: { dataDir: this.dataDir, ...config.box },
      sip: {
        listen: [`sip:${this.hostPort};transport=udp,tcp`],
        ...config.sip,
        ...(this.#engine && sipOver(this.#engine)),
      },
      admin: { port: this.#adminPort, ...config.admin },
    }
    if (!existsSync(this.dataDir)) mkdirSync(this.dataDir)
    const file = join(this.#folder.path, 'causeway.yaml')
    writeFileSync(file, stringify(whole))
    return file
  }

  #fetch(path: string): Promise<Response> {
    const url = `${this.adminUrl}${path}`
    return this.#options.fetch?.(url) ?? fetch(url, { signal: AbortSignal.timeout(5_000) })
  }

  get #running(): ChildProgram {
    if (!this.#program) throw new Error('the box is not running')
    return this.#program
  }
}
