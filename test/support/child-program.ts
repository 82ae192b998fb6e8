import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { within } from './within.ts'

export interface ProgramOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** A network namespace that the test has made. */
  readonly namespace?: string | undefined
  /** The line that says it is ready, on either stream; absent when the caller finds out itself. */
  readonly ready?: RegExp
  readonly readyMs?: number
}

const keptLines = 2_000
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Another program, started by a test and ended by it. */
export class ChildProgram {
  /** The last lines of both streams. */
  readonly lines: string[] = []
  readonly #options: ProgramOptions
  readonly #child: ChildProcess
  readonly #exit: Promise<number>
  readonly #ready = Promise.withResolvers<void>()

  /** Resolves when it is ready; rejects with its last words when it ends before, or the bound has passed. */
  static async start(options: ProgramOptions): Promise<ChildProgram> {
    const program = new ChildProgram(options)
    if (!options.ready) return program
    const { command, readyMs = 15_000 } = options
    const early = program.#exit.then((code) => {
      throw new Error(`${command} ended with ${code}`)
    })
    try {
      await within(readyMs, `${command} to be ready`, Promise.race([program.#ready.promise, early]))
      return program
    } catch (cause) {
      await program.stop()
      throw new Error(`${(cause as Error).message}:\n${program.lastWords}`, { cause })
    }
  }

  private constructor(options: ProgramOptions) {
    this.#options = options
    const { command, args, namespace, cwd, env } = options
    const whole = namespace ? ['ip', 'netns', 'exec', namespace, command, ...args] : [command, ...args]
    const path = `${process.env.PATH}:/usr/sbin:/sbin`
    this.#child = spawn(whole[0] ?? command, whole.slice(1), {
      cwd,
      env: { ...process.env, PATH: path, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.add(this.#child)
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#heard(line))
    }
    this.#exit = once(this.#child, 'close').then(([code, signal]) => {
      running.delete(this.#child)
      return typeof code === 'number' ? code : signal === 'SIGKILL' ? 137 : 143
    })
    // Whoever waits for the end hears of a program that could not be started.
    this.#exit.catch(() => running.delete(this.#child))
  }

  get pid(): number {
    const { pid } = this.#child
    if (pid === undefined) throw new Error(`${this.#options.command} did not start`)
    return pid
  }

  get hasEnded(): boolean {
    return !running.has(this.#child)
  }

  get lastWords(): string {
    return this.lines.slice(-40).join('\n')
  }

  /** Its exit code, 128 + signal when it was killed. */
  exited(ms: number): Promise<number> {
    return within(ms, `${this.#options.command} to end`, this.#exit)
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** SIGTERM, and SIGKILL when that does not help in time. Returns the exit code. */
  async stop(ms = 5_000): Promise<number> {
    this.kill('SIGTERM')
    try {
      return await this.exited(ms)
    } catch {
      this.kill('SIGKILL') // it did not listen
      return this.exited(ms)
    }
  }

  #heard(line: string): void {
    this.lines.push(line)
    if (this.lines.length > keptLines) this.lines.shift()
    if (this.#options.ready?.test(line)) this.#ready.resolve()
  }
}
