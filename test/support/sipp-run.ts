import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ChildProgram } from './child-program.ts'
import { TemporaryFolder } from './temporary-folder.ts'

export interface SippOptions {
  /** File in test/lab/scenarios, without `.xml`, or the path of another. */
  readonly scenario: string
  /** `host:port` of the box; absent for a scenario that waits for calls. */
  readonly target?: string
  readonly address?: string
  readonly port: number
  readonly transport?: 'udp' | 'tcp'
  /** How many calls, in all. */
  readonly calls?: number
  /** Calls started per second. */
  readonly rate?: number
  /** Calls at the same time. */
  readonly limit?: number
  /** One line a call, taken in turn: `[field0]`, `[field1]`, … in the scenario. */
  readonly fields?: readonly (readonly string[])[]
  /** `-key name value`: `[name]` in the scenario. */
  readonly keys?: Readonly<Record<string, string>>
  /** Milliseconds that a call is held (`-d`). */
  readonly holdMs?: number
  readonly timeoutSeconds?: number
  readonly namespace?: string | undefined
  /** A message that comes twice or out of order, as from a proxy of several processes, fails no call. */
  readonly ignoresUnexpected?: boolean
  /** A failed call is a figure, not an error. */
  readonly toleratesFailures?: boolean
  /** Keeps the time of each response measured by the scenario. */
  readonly keepsTimes?: boolean
}

export interface SippStats {
  readonly successful: number
  readonly failed: number
  readonly retransmissions: number
  readonly unexpected: number
  /** The beginning of SIPp's error log. */
  readonly errors: string
  /** Milliseconds, sorted; only with `keepsTimes`. */
  readonly times: readonly number[]
}

/** One run of SIPp with a scenario of the lab. */
export class SippRun {
  readonly #options: SippOptions
  readonly #folder = new TemporaryFolder('sipp')
  #program: ChildProgram | undefined

  constructor(options: SippOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    this.#program = await ChildProgram.start({
      command: 'sipp',
      args: this.#arguments(),
      cwd: this.#folder.path,
      namespace: this.#options.namespace,
    })
  }

  /** Waits for the end of its own accord. Rejects with SIPp's error log when a call has failed. */
  async finished(): Promise<SippStats> {
    const { timeoutSeconds = 60, scenario } = this.#options
    const code = await this.#running.exited((timeoutSeconds + 10) * 1_000)
    return this.#conclude(code, `sipp ${scenario} ended with ${code}`)
  }

  /** Ends a scenario that waits for calls; calls that are up get a second to end. */
  async stop(): Promise<SippStats> {
    this.#running.kill('SIGUSR1')
    const code = await this.#running.exited(10_000).catch(() => this.#running.stop())
    return this.#conclude(code, `sipp ${this.#options.scenario} ended with ${code}`)
  }

  /** Ends it whatever it thinks of its calls; does nothing when it has ended. */
  async end(): Promise<void> {
    await this.#program?.stop()
    this.#folder.remove()
  }

  /** Start to end. */
  async run(): Promise<SippStats> {
    await this.start()
    return this.finished()
  }

  get #running(): ChildProgram {
    if (!this.#program) throw new Error('sipp is not started')
    return this.#program
  }

  #arguments(): string[] {
    const { scenario, target, address = '127.0.0.1', port, transport = 'udp' } = this.#options
    const { calls, rate = 10, limit, fields, keys = {}, holdMs, timeoutSeconds = 60 } = this.#options
    const file = scenario.endsWith('.xml')
      ? scenario
      : fileURLToPath(new URL(`../lab/scenarios/${scenario}.xml`, import.meta.url))
    const args = ['-sf', file, '-i', address, '-p', String(port), '-t', transport === 'udp' ? 'u1' : 't1']
    args.push('-nostdin', '-trace_err', '-error_file', this.#folder.file('errors.log'))
    args.push('-trace_stat', '-stf', this.#folder.file('stats.csv'), '-fd', '1')
    args.push('-timeout', `${timeoutSeconds}s`, '-timeout_error', '-recv_timeout', '40000')
    if (calls !== undefined) args.push('-m', String(calls))
    if (target !== undefined) args.push('-r', String(rate))
    if (limit !== undefined) args.push('-l', String(limit))
    if (holdMs !== undefined) args.push('-d', String(holdMs))
    for (const [name, value] of Object.entries(keys)) args.push('-key', name, value)
    if (this.#options.ignoresUnexpected) args.push('-default_behaviors', 'all,-abortunexp')
    if (this.#options.keepsTimes) args.push('-trace_rtt', '-rtt_freq', '1')
    args.push('-buff_size', '4194304')
    if (fields) {
      const lines = ['SEQUENTIAL', ...fields.map((line) => `${line.join(';')};`)]
      writeFileSync(this.#folder.file('fields.csv'), `${lines.join('\n')}\n`)
      args.push('-inf', this.#folder.file('fields.csv'))
    }
    if (target !== undefined) args.push(target)
    return args
  }

  #conclude(code: number, what: string): SippStats {
    const errors = this.#read('errors.log').slice(0, 6_000)
    const stats = { ...readStats(this.#read('stats.csv')), errors, times: this.#readTimes() }
    const words = this.#running.lastWords
    this.#folder.remove()
    // 99 is SIPp's "ended without a call of its own".
    if (this.#options.toleratesFailures) return stats
    if (stats.failed > 0 || stats.successful === 0 || ![0, 99].includes(code)) {
      throw new Error(
        `${what}, ${stats.successful} good and ${stats.failed} failed calls\n${errors || words}`,
      )
    }
    return stats
  }

  /** SIPp writes `date;milliseconds;name` lines to `<scenario>_<pid>_rtt.csv` in its folder. */
  #readTimes(): number[] {
    const file = readdirSync(this.#folder.path).find((name) => name.endsWith('_rtt.csv'))
    if (!this.#options.keepsTimes || !file) return []
    const lines = this.#read(file).trim().split('\n').slice(1)
    return lines.map((line) => Number(line.split(';')[1])).sort((a, b) => a - b)
  }

  #read(name: string): string {
    try {
      return readFileSync(this.#folder.file(name), 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
      throw error
    }
  }
}

function readStats(csv: string): Omit<SippStats, 'errors' | 'times'> {
  const lines = csv.trim().split('\n')
  const names = (lines[0] ?? '').split(';')
  const values = (lines.length > 1 ? (lines.at(-1) ?? '') : '').split(';')
  const value = (name: string) => Number(values[names.indexOf(name)] ?? 0)
  return {
    successful: value('SuccessfulCall(C)'),
    failed: value('FailedCall(C)'),
    retransmissions: value('Retransmissions(C)'),
    unexpected: value('FailedUnexpectedMessage(C)'),
  }
}
