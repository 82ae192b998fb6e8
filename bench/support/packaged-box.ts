import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Part } from '../../src/lib/part.ts'
import { ChildProgram } from '../../test/support/child-program.ts'
import { TestBox } from '../../test/support/test-box.ts'
import { eventually } from '../../test/support/within.ts'
import { cpuSeconds } from './cpu-time.ts'
import { manyUsers, registrarDomain } from './registrar-system.ts'
import type { SmallMachine } from './small-machine.ts'

const wrapper = new URL('../../appliance/package/root/usr/bin/causeway', import.meta.url)
const calledUsers = 20
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/**
 * The box as its package runs it, with so many users, on a small machine. All phones of a bench have one address, so what
 * one address may send is not limited. SIPp answers MD5 only.
 */
export class PackagedBox implements Part {
  readonly name = 'packaged box'
  readonly users: readonly string[]
  /** Those of them who are called. */
  readonly called: readonly string[]
  /** From the start of the process until it was ready, milliseconds; in steps of some fifty. */
  readyMs = 0
  /** Processor time until then: what the start takes on a machine that does nothing else. */
  readySeconds = 0
  readonly #machine: SmallMachine
  readonly #box: TestBox
  #program: ChildProgram | undefined

  constructor(users: number, machine: SmallMachine) {
    this.users = manyUsers(users)
    this.called = this.users.slice(0, calledUsers)
    this.#machine = machine
    this.#box = new TestBox({
      config: {
        sip: { domains: [registrarDomain], maxCalls: 100_000 },
        registrar: { algorithms: ['MD5'] },
        guard: { requestsPerSecond: 100_000, requestBurst: 100_000 },
        users: this.users.map((user) => ({ aor: `${user}@${registrarDomain}`, password: `secret-${user}` })),
      },
    })
  }

  get target(): string {
    return this.#box.hostPort
  }

  get adminUrl(): string {
    return this.#box.adminUrl
  }

  get pid(): number {
    if (!this.#program) throw new Error('the box is not running')
    return this.#program.pid
  }

  async start(): Promise<void> {
    const config = await this.#box.writeConfig()
    const words = [process.execPath, ...memoryOptions(), main, 'start', '--config', config]
    const begin = performance.now()
    // Its log goes to a file of its own, as systemd's goes to the journal.
    this.#program = await ChildProgram.start({
      command: 'sh',
      args: ['-c', `${this.#machine.prefix} "$@" > ${this.#box.dataDir}/log 2>&1`, 'sh', ...words],
    })
    const program = this.#program
    await eventually(60_000, 'the box to be ready', async () => {
      if (program.hasEnded) throw new Error('the box ended before it was ready')
      return fetch(`${this.adminUrl}/readyz`, { signal: AbortSignal.timeout(5_000) }).then(
        ({ ok }) => ok,
        () => false,
      )
    })
    this.readyMs = performance.now() - begin
    this.readySeconds = cpuSeconds(this.pid)
  }

  async stop(): Promise<void> {
    await this.#program?.stop(15_000)
    this.#program = undefined
    await this.#box.stop()
  }
}

/** What the package tells Node about memory. */
function memoryOptions(): string[] {
  const options = readFileSync(wrapper, 'utf8').match(/--max-[a-z-]+=\d+/g)
  if (!options) throw new Error('the package gives Node no limits')
  return options
}
