import { execFile } from 'node:child_process'
import { Resolver } from 'node:dns/promises'
import { writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Part } from '../../src/lib/part.ts'
import { ChildProgram } from './child-program.ts'
import { freePort } from './free-port.ts'
import { TemporaryFolder } from './temporary-folder.ts'
import { eventually } from './within.ts'

export interface KnotOptions {
  /** Zone name to zone text (master file format). */
  readonly zones: Readonly<Record<string, string>>
  readonly address?: string
  /** 0 takes a free one. */
  readonly port?: number
  /** A network namespace that the test has made; then the port is to be given. */
  readonly namespace?: string
}

const execute = promisify(execFile)

/** Knot DNS, authoritative for the zones of a test. */
export class KnotServer implements Part {
  readonly name = 'knot'
  readonly address: string
  readonly #options: KnotOptions
  readonly #folder = new TemporaryFolder('knot')
  #port: number
  #program: ChildProgram | undefined

  constructor(options: KnotOptions) {
    this.#options = options
    this.address = options.address ?? '127.0.0.1'
    this.#port = options.port ?? 0
  }

  get port(): number {
    return this.#port
  }

  /** As `dns.servers` of the config takes it. */
  get serverText(): string {
    return `${this.address}:${this.#port}`
  }

  async start(): Promise<void> {
    if (this.#port === 0) this.#port = await freePort(this.address)
    const zones = Object.entries(this.#options.zones)
    for (const [zone, text] of zones) writeFileSync(this.#folder.file(`${zone}.zone`), text)
    const config = [
      'server:',
      `  rundir: "${this.#folder.path}"`,
      `  listen: ${this.address}@${this.#port}`,
      'log:',
      '  - target: stderr',
      '    any: info',
      'database:',
      `  storage: "${this.#folder.path}"`,
      'zone:',
      ...zones.flatMap(([zone]) => [
        `  - domain: ${zone}`,
        `    file: "${this.#folder.file(`${zone}.zone`)}"`,
      ]),
      '',
    ]
    writeFileSync(this.#folder.file('knot.conf'), config.join('\n'))
    const program = await ChildProgram.start({
      command: 'knotd',
      args: ['-c', this.#folder.file('knot.conf')],
      namespace: this.#options.namespace,
    })
    this.#program = program
    for (const [zone] of zones) {
      await eventually(10_000, `knot to serve ${zone}`, () => this.#serves(zone, program)).catch(
        (cause: Error) => {
          throw new Error(`${cause.message}:\n${program.lastWords}`, { cause })
        },
      )
    }
  }

  async stop(): Promise<void> {
    await this.#program?.stop()
    this.#program = undefined
    this.#folder.remove()
  }

  /** Serves another text for one of its zones from now on; the serial number has to be higher. */
  async replaceZone(zone: string, text: string): Promise<void> {
    writeFileSync(this.#folder.file(`${zone}.zone`), text)
    await execute('knotc', ['-s', this.#folder.file('knot.sock'), '-b', 'zone-reload', zone], {
      timeout: 10_000,
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    })
  }

  #serves(zone: string, program: ChildProgram): Promise<boolean> | boolean {
    // Nobody here can ask a server in another namespace; it says itself when a zone is loaded.
    if (this.#options.namespace)
      return program.lines.some((line) => line.includes(`[${zone}.]`) && line.includes('loaded, serial'))
    const resolver = new Resolver({ timeout: 200, tries: 1 })
    resolver.setServers([this.serverText])
    return resolver.resolveSoa(zone).then(
      () => true,
      () => false,
    )
  }
}
