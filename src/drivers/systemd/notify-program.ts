import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

// A line is a message, its assignments apart by tabs; each is answered by the exit code. Who stops a unit signals the
// shell too, while there is something to be said yet: it ends with its input.
const script = `
trap '' TERM INT HUP
tab=$(printf '\\t')
while IFS= read -r message; do
  IFS=$tab
  set -f -- $message
  if why=$("$0" "$@" </dev/null 2>&1 >/dev/null); then echo; else echo "$?: $why" | tr '\\n' ' '; echo; fi
done`

// systemd-notify itself waits five seconds for the service manager.
const answerWithinMs = 8_000

/** Speaks to systemd by its program `systemd-notify`: docs/decisions/systemd-notify.md says why, and why by a shell. */
export class NotifyProgram {
  readonly #program: string
  #shell: ChildProcessByStdio<Writable, Readable, null> | undefined
  #told: PromiseWithResolvers<void> | undefined

  constructor(program = 'systemd-notify') {
    this.#program = program
  }

  /**
   * One message, such as `READY=1` and `STATUS=…`; the next may be sent when it has settled. Rejects with what the program
   * says, or when it does not end in time.
   */
  async tell(assignments: readonly string[]): Promise<void> {
    const told = Promise.withResolvers<void>()
    this.#told = told
    const timer = setTimeout(() => told.reject(new Error('systemd-notify does not end')), answerWithinMs)
    this.#shell ??= this.#start()
    this.#shell.stdin.write(`${assignments.map(inOneLine).join('\t')}\n`)
    try {
      await told.promise
    } catch (error) {
      this.end()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  end(): void {
    const shell = this.#shell
    this.#shell = undefined
    shell?.stdin.end()
    shell?.stdout.destroy()
    shell?.unref()
  }

  #start(): ChildProcessByStdio<Writable, Readable, null> {
    const shell = spawn('/bin/sh', ['-c', script, this.#program], { stdio: ['pipe', 'pipe', 'ignore'] })
    const fail = (why: string) => {
      if (this.#shell === shell) this.#told?.reject(new Error(why))
    }
    shell.on('error', (error) => fail(error.message))
    shell.on('exit', () => fail('the shell of systemd-notify has ended'))
    shell.stdin.on('error', (error) => fail(error.message))
    createInterface({ input: shell.stdout }).on('line', (why) => {
      if (why.trim() === '') this.#told?.resolve()
      else fail(`systemd-notify failed with ${why.trim()}`)
    })
    return shell
  }
}

function inOneLine(assignment: string): string {
  return assignment.replace(/\s+/g, ' ')
}
